"""What a statement does to transactions."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple


class Kind(Enum):
    """What kind of statement it is."""

    BEGIN = auto()
    COMMIT = auto()
    ROLLBACK = auto()
    SAVEPOINT = auto()
    RELEASE = auto()
    ROLLBACK_TO = auto()
    READ = auto()
    WRITE = auto()
    """And all that is not known to be something else."""


class Statement(NamedTuple):
    """A statement, as far as it matters here."""

    kind: Kind
    name: str = ""
    """Of the savepoint."""


_NAME = r"(?P<name>\"[^\"]+\"|`[^`]+`|\w+)"

_FORMS = [
    (kind, re.compile(rf"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:{form})", re.IGNORECASE | re.DOTALL))
    for kind, form in (
        (Kind.ROLLBACK_TO, rf"ROLLBACK\s+(?:(?:TRANSACTION|WORK)\s+)?TO\s+(?:SAVEPOINT\s+)?{_NAME}"),
        (Kind.RELEASE, rf"RELEASE\s+(?:SAVEPOINT\s+)?{_NAME}"),
        (Kind.SAVEPOINT, rf"SAVEPOINT\s+{_NAME}"),
        (Kind.BEGIN, r"(?:BEGIN|START\s+TRANSACTION)\b"),
        (Kind.COMMIT, r"(?:COMMIT|END)\b"),
        (Kind.ROLLBACK, r"ROLLBACK\b"),
        (Kind.READ, r"\(*\s*(?:SELECT|SHOW|EXPLAIN|DESCRIBE|VALUES|TABLE|FETCH)\b"),
    )
]


def read(text: object) -> Statement:
    """Return what *text* does; what is no text is a statement of the driver's, and may write."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if isinstance(text, str):
        for kind, form in _FORMS:
            found = form.match(text)
            if found:
                name = found.groupdict().get("name") or ""
                return Statement(kind, name.strip('"`').lower())
    return Statement(Kind.WRITE)
