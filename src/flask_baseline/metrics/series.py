"""The durations of the requests of one kind."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from time import time_ns
from typing import NamedTuple

from opentelemetry.trace import SpanContext

MANY = 64
"""Durations that wait before they are put into their buckets: all at once costs a third of one by one."""


class Example(NamedTuple):
    """A request that a bucket has counted."""

    seconds: float
    time: int
    """When it ended; nanoseconds since the epoch."""
    ids: SpanContext


class Reading(NamedTuple):
    """What has been counted; durations are in seconds."""

    counts: list[int]
    total: float
    shortest: float
    longest: float
    examples: list[Example]


class Series:
    """Counts durations in buckets.

    Args:
        limits: the upper limits of the buckets, in seconds.
    """

    __slots__ = ("_counts", "_examples", "_limits", "_lock", "_longest", "_shortest", "_total", "_waiting")

    def __init__(self, limits: Sequence[float]) -> None:
        self._limits = tuple(limits)
        self._lock = threading.Lock()
        self._waiting: deque[int] = deque()
        self._counts = [0] * (len(limits) + 1)
        self._total, self._shortest, self._longest = 0.0, float("inf"), 0.0
        self._examples: list[Example | None] = [None] * len(self._counts)

    def add(self, nanoseconds: int) -> None:
        """Count a duration."""
        waiting = self._waiting
        waiting.append(nanoseconds)
        if len(waiting) >= MANY:
            with self._lock:
                self._sort()

    def add_with(self, nanoseconds: int, ids: SpanContext) -> None:
        """Count a duration, and remember whose it was."""
        with self._lock:
            bucket = self._put(nanoseconds)
            self._examples[bucket] = Example(nanoseconds / 1e9, time_ns(), ids)

    def read(self) -> Reading:
        """Return what has been counted until now."""
        with self._lock:
            self._sort()
            examples = [example for example in self._examples if example is not None]
            return Reading([*self._counts], self._total, self._shortest, self._longest, examples)

    def _sort(self) -> None:
        # Not those that come in meanwhile: a busy process would never end.
        for _ in range(len(self._waiting)):
            self._put(self._waiting.popleft())

    def _put(self, nanoseconds: int) -> int:
        seconds = nanoseconds / 1e9
        bucket = bisect_left(self._limits, seconds)
        self._counts[bucket] += 1
        self._total += seconds
        if seconds < self._shortest:
            self._shortest = seconds
        if seconds > self._longest:
            self._longest = seconds
        return bucket
