"""SQL as it may be shown: without comments, and with ``?`` in the place of each value."""

from __future__ import annotations

import re
from collections.abc import Callable

_MOST = 2000
"""Characters that are shown."""

# What is not closed, as where a text is cut, goes to its end. So each pattern is linear in what it takes.
_TEXT = r"'(?:[^']|'')*(?:'|\Z)"
_ESCAPED_TEXT = r"'(?:[^'\\]|''|\\.?)*(?:'|\Z)"
_DOUBLE_QUOTED = r'"(?:[^"]|"")*(?:"|\Z)'
_ESCAPED_DOUBLE_QUOTED = r'"(?:[^"\\]|""|\\.?)*(?:"|\Z)'
_BACK_QUOTED = r"`[^`]*(?:`|\Z)"
_DOLLAR_QUOTED = r"\$(?P<tag>\w*)\$.*?(?:\$(?P=tag)\$|\Z)"
_NUMBER = r"(?<![\w$:.])(?:0x[\da-f_]+|\d[\d._]*(?:e[+-]?\d+)?)"
_COMMENT = r"--[^\n]*|/\*.*?(?:\*/|\Z)"


def _parts(name: str, comment: str, *values: str) -> re.Pattern[str]:
    pattern = rf"(?P<name>{name})|(?P<comment>{comment})|{'|'.join(values)}"
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


_STANDARD = _parts(_DOUBLE_QUOTED, _COMMENT, rf"(?<!\w)e{_ESCAPED_TEXT}", _TEXT, _DOLLAR_QUOTED, _NUMBER)
_MYSQL = _parts(_BACK_QUOTED, rf"{_COMMENT}|#[^\n]*", _ESCAPED_TEXT, _ESCAPED_DOUBLE_QUOTED, _NUMBER)


def without_values(dialect: str) -> Callable[[str], str]:
    """Return what makes a statement of *dialect*, as SQLAlchemy calls it, fit to be shown."""
    parts = _MYSQL if dialect in ("mysql", "mariadb") else _STANDARD

    def shown(statement: str) -> str:
        # Twice as much, since values are often longer than what stands for them.
        text = parts.sub(_replacement, statement[: _MOST * 2])
        return " ".join(text.split())[:_MOST]

    return shown


def _replacement(found: re.Match[str]) -> str:
    name: str | None = found["name"]
    if name is not None:
        return name
    return "?" if found["comment"] is None else " "
