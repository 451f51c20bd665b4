"""What a store of counts does."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple, Protocol

from .texts import Limit


class Count(NamedTuple):
    """What is left of a limit for one client."""

    limit: Limit
    is_exceeded: bool
    remaining: int
    reset: int
    """Seconds until some more of it is there."""


class Store(Protocol):
    """Counts in a window that slides: what came in the one before counts less and less."""

    def hit(self, limit: Limit, what: str, who: str) -> Count:
        """Count one request of *who* to *what*, unless that would exceed *limit*."""
        ...

    def check(self) -> None:
        """Raise when it cannot count."""
        ...


def whole_seconds(seconds: float, limit: Limit) -> int:
    """Return the *seconds* until a reset as headers have them: enough, and no more than the window."""
    # A sum of floats may be a little more than it is.
    return min(max(1, ceil(seconds)), limit.seconds)
