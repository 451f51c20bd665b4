"""Limits and stores as text: ``5/second``, ``100/15minute``."""

from __future__ import annotations

import re
from typing import NamedTuple

MEMORY = "memory"
"""The store of one process."""

_FORM = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,3})?(second|minute|hour|day)")

_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


class Limit(NamedTuple):
    """So many requests in a window."""

    amount: int
    multiple: int
    unit: str

    @property
    def seconds(self) -> int:
        """The length of the window."""
        return self.multiple * _SECONDS[self.unit]

    def __str__(self) -> str:
        return f"{self.amount}/{self.multiple if self.multiple > 1 else ''}{self.unit}"


def is_limit(text: str) -> bool:
    """Whether *text* is a limit."""
    return _FORM.fullmatch(text) is not None


def limit_of(text: str) -> Limit:
    """Return the limit that *text* is.

    Raises:
        ValueError: it is none.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no limit. Write it as 5/second, 100/15minute or 1000/day.")
    return Limit(int(match[1]), int(match[2] or 1), match[3])
