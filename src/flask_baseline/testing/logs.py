"""Capture what is logged."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from ..logging import captures

if TYPE_CHECKING:
    from .._safe import Json

_changing = Lock()


@contextmanager
def captured_logs() -> Generator[list[dict[str, Json]]]:
    """Yield a list that gets every event that this process logs in the block, as its line has it.

    Events are in the order in which they are written. What is below the level of the loggers is not among
    them, nor what is logged before the first app with the feature logging is made.
    """
    events: list[dict[str, Json]] = []

    def take(record: dict[str, Json]) -> None:
        events.append(dict(record))

    with _changing:
        captures.takers = (*captures.takers, take)
    try:
        yield events
    finally:
        with _changing:
            captures.takers = tuple(other for other in captures.takers if other is not take)
