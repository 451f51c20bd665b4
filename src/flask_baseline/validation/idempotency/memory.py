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
    """An `IdempotencyStore` that forgets the oldest keys beyond *size*."""

    def __init__(self, size: int = 10_000, clock: Callable[[], float] = monotonic) -> None:
        self._size = size
        self._clock = clock
        self._lock = Lock()
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def claim(self, key: str, fingerprint: str, owner: str, lease: float) -> Claim:
        """Take *key* when it is free or its time is over."""
        with self._lock:
            now = self._clock()
            found = self._records.get(key)
            if found is not None and found.expires > now:
                return Claim(False, found.fingerprint, found.outcome)
            self._records.pop(key, None)
            self._records[key] = _Record(fingerprint, owner, None, now + lease)
            while len(self._records) > self._size:
                self._records.popitem(last=False)
            return Claim(True)

    def complete(self, key: str, owner: str, outcome: bytes, keep: float) -> None:
        """Record the outcome, if *owner* still holds *key*."""
        with self._lock:
            found = self._records.get(key)
            if found is not None and found.owner == owner:
                self._records[key] = found._replace(outcome=outcome, expires=self._clock() + keep)

    def release(self, key: str, owner: str) -> None:
        """Free *key*, if *owner* still holds it."""
        with self._lock:
            found = self._records.get(key)
            if found is not None and found.owner == owner and found.outcome is None:
                del self._records[key]
