"""A bounded queue of telemetry, sent by a thread, so that no request waits for a collector."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from .._tallies import DROPPED, Tallies
from .sending import Sending
from .ticker import Ticker


@dataclass(frozen=True)
class Limits:
    """How much waits, and for how long."""

    queue: int = 2048
    """Items that may wait; what comes on top is dropped and counted."""
    batch: int = 512
    """Items that are sent at once."""
    seconds: float = 5.0
    """How long an item waits for others to be sent with it."""


class Outbox:
    """Items on their way to a collector.

    Args:
        signal: ``traces`` or ``logs``.
        sending: takes a batch; whether it arrived is its own to tell.
        limits: how much waits, and for how long.
        tallies: where dropped items are counted.
    """

    def __init__(self, signal: str, sending: Sending, limits: Limits, tallies: Tallies) -> None:
        self._signal, self._sending, self._limits, self._tallies = signal, sending, limits, tallies
        self._items: deque[Any] = deque()
        self.ticker = Ticker(f"baseline-{signal}", self._send_all, limits.seconds, sending.prepare)

    def put(self, item: Any) -> None:
        """Take *item*, or drop it where too many are waiting. It never blocks."""
        items = self._items
        if len(items) >= self._limits.queue:
            self._tallies.add(DROPPED, self._signal)
            return
        items.append(item)
        if len(items) >= self._limits.batch:
            self.ticker.wake()

    def _send_all(self) -> None:
        # Not what comes in meanwhile: a flush would never end.
        waiting = len(self._items)
        while waiting > 0:
            batch = [self._items.popleft() for _ in range(min(waiting, self._limits.batch))]
            waiting -= len(batch)
            self._sending(batch)
