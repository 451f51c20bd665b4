"""Outcomes in the memory of one process: for development, and for services of one process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import NamedTuple

from .store import Claim


class _Record(NamedTuple):
    fingerprint: str
    owner: str
    outcome: bytes | None
    expires: float


class MemoryStore:
    """An `IdempotencyStore` that forgets the oldest outcomes beyond *size*, or *max_bytes* of them.

    It never forgets a request that runs: there are as many of these as the process has threads.
    """

    def __init__(
        self, size: int = 10_000, max_bytes: int = 2**26, clock: Callable[[], float] = monotonic
    ) -> None:
        self._size = size
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock = Lock()
        self._running: dict[str, _Record] = {}
        self._done: OrderedDict[str, _Record] = OrderedDict()
        self._bytes = 0

    def claim(self, key: str, fingerprint: str, owner: str, lease: float) -> Claim:
        """Take *key* when it is free or its time is over."""
        with self._lock:
            now = self._clock()
            found = self._running.get(key) or self._done.get(key)
            if found is not None and found.expires > now and found.owner != owner:
                return Claim(False, found.fingerprint, found.outcome)
            self._forget(key)
            self._running[key] = _Record(fingerprint, owner, None, now + lease)
            return Claim(True)

    def complete(self, key: str, owner: str, outcome: bytes, keep: float) -> None:
        """Record the outcome, if *owner* still holds *key*."""
        with self._lock:
            found = self._running.get(key)
            if found is None or found.owner != owner:
                return
            del self._running[key]
            self._done[key] = found._replace(outcome=outcome, expires=self._clock() + keep)
            self._bytes += len(outcome)
            while len(self._done) > self._size or self._bytes > self._max_bytes:
                self._forget(next(iter(self._done)))

    def release(self, key: str, owner: str) -> None:
        """Free *key*, if *owner* still holds it."""
        with self._lock:
            found = self._running.get(key)
            if found is not None and found.owner == owner:
                del self._running[key]

    def _forget(self, key: str) -> None:
        done = self._done.pop(key, None)
        if done is not None:
            self._bytes -= len(done.outcome or b"")
