"""Counts in the memory of one process: for development, and for services of one process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from os import getpid
from threading import Lock

from .._clock import monotonic
from .store import Count, whole_seconds
from .texts import Limit

_Shelf = OrderedDict[tuple[str, str], tuple[float, int, int]]
"""The counts of one limit, the oldest window first: its start, what came in it, and in the one before."""


@dataclass(frozen=True)
class _Process:
    """What one process has counted."""

    lock: Lock = field(default_factory=Lock)
    shelves: dict[Limit, _Shelf] = field(default_factory=dict[Limit, _Shelf])


class MemoryStore:
    """A `Store` that forgets the oldest windows beyond *size* of them for a limit.

    It has no thread: each new client makes room for itself. A forked child begins at zero, since a thread
    that is not there may have held the lock at the fork.
    """

    def __init__(self, size: int = 50_000, clock: Callable[[], float] = monotonic) -> None:
        self._size = size
        self._clock = clock
        self._processes: dict[int, _Process] = {}

    def hit(self, limit: Limit, what: str, who: str) -> Count:
        """Count one request of *who* to *what*, unless that would exceed *limit*."""
        process = self._processes.get(getpid()) or self._begin_process()
        key, length = (what, who), limit.seconds
        with process.lock:
            shelf = process.shelves.get(limit)
            if shelf is None:
                shelf = process.shelves[limit] = OrderedDict()
            now = self._clock()
            start, current, previous = shelf.get(key) or (-1.0, 0, 0)
            is_new = start < 0 or now >= start + 2 * length
            is_next = not is_new and now >= start + length
            if is_new:
                start, current, previous = now, 0, 0
            elif is_next:
                start, current, previous = start + length, 0, current
            share = previous * (start + length - now) / length
            left = limit.amount - int(share) - current
            shelf[key] = (start, current + (left > 0), previous)
            if is_new or is_next:
                shelf.move_to_end(key)
                self._make_room(shelf, now - 2 * length)
        # The next is free when the share of the window before has shrunk by one, or with a new window.
        reset = start + length - now if share < 1 else share % 1 * length / previous
        return Count(limit, left <= 0, max(0, left - 1), whole_seconds(reset, limit))

    def check(self) -> None:
        """Memory can always count."""

    def _begin_process(self) -> _Process:
        # One step, so that of two threads with the first two requests one wins.
        process = self._processes.setdefault(getpid(), _Process())
        for parent in self._processes.keys() - {getpid()}:
            self._processes.pop(parent, None)
        return process

    def _make_room(self, shelf: _Shelf, ended: float) -> None:
        """Forget what no longer counts; two at a time are enough, where one comes."""
        for _ in range(2):
            start, _, _ = next(iter(shelf.values()))
            if start > ended and len(shelf) <= self._size:
                return
            shelf.popitem(last=False)
