"""Print changes for people, programs and GitHub."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby

import click

from .kinds import Change

_COLOURS = {"breaking": "red", "compatible": "green", "info": None}
_COMMANDS = {"breaking": "error", "compatible": "notice", "info": "notice"}


def as_text(changes: Sequence[Change]) -> str:
    """Return a block for each operation, and a last line that counts."""
    by_place = sorted(changes, key=lambda change: change.where)
    blocks = [(where, [*found]) for where, found in groupby(by_place, key=lambda change: change.where)]
    # Where something breaks comes first.
    blocks.sort(key=lambda block: not any(change.level == "breaking" for change in block[1]))
    lines: list[str] = []
    for where, found in blocks:
        lines.append(click.style(where or "The document", bold=True))
        lines += [_line(change) for change in found]
    return "\n".join([*lines, summary(changes)])


def _line(change: Change) -> str:
    level = click.style(f"{change.level:<10}", fg=_COLOURS[change.level])
    place = f" [{change.pointer}]" if change.pointer else ""
    return f"  {level}  {change.kind}{place}: {change.text}"


def summary(changes: Sequence[Change]) -> str:
    """Return how many changes there are of which level."""
    levels = [change.level for change in changes]
    counts = [f"{levels.count(level)} {level}" for level in _COLOURS if level in levels]
    return f"{', '.join(counts) or 'No changes'}."


def as_json(changes: Sequence[Change]) -> str:
    """Return an object with the list of changes."""
    listed = [
        {"kind": each.kind, "level": each.level, "where": each.where, "at": each.pointer, "text": each.text}
        for each in changes
    ]
    is_breaking = any(change.level == "breaking" for change in changes)
    return json.dumps({"breaking": is_breaking, "changes": listed}, indent=2)


def as_github(changes: Sequence[Change]) -> str:
    """Return a workflow command for each change, which GitHub shows beside the code."""
    lines = [
        f"::{_COMMANDS[each.level]} title={_escaped(each.kind, ':,')}::"
        + _escaped(f"{each.where} {each.pointer}".strip() + f": {each.text}")
        for each in changes
    ]
    return "\n".join([*lines, summary(changes)])


def _escaped(text: str, more: str = "") -> str:
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text
