"""One thing for each process, made when it is first needed there.

What is made before a fork does not work after it: threads are gone, locks may be held for ever, two
processes share a socket and count the same events. A child that asks gets a thing of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from os import getpid
from typing import Generic, TypeVar

T = TypeVar("T")


class PerProcess(Generic[T]):
    """What *make* returns, once in each process."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: tuple[int, T] | None = None
        # By process: a thread that is not in the child may have held the lock at the fork.
        self._locks: dict[int, threading.RLock] = {}

    def get(self) -> T:
        """Return the one of this process."""
        made = self._made
        if made is not None and made[0] == getpid():
            return made[1]
        return self._first()

    def made(self) -> T | None:
        """Return the one of this process if there is one already."""
        made = self._made
        return made[1] if made is not None and made[0] == getpid() else None

    def _first(self) -> T:
        pid = getpid()
        with self._locks.setdefault(pid, threading.RLock()):
            if self._made is None or self._made[0] != pid:
                self._made = (pid, self._make())
            return self._made[1]
