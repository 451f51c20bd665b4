"""Locks on files, which the system takes back from a process that is gone."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    IS_SUPPORTED = False
else:
    import fcntl

    IS_SUPPORTED = True


TURN = "turn"
"""The name of the lock of a whole folder."""


class Lock:
    """A lock on the file *path*, which is made where it is missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self, *, wait: bool) -> bool:
        """Lock it; return whether it is ours.

        Raises:
            OSError: the file cannot be opened or locked.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, BlockingIOError):
                return False
            raise
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Unlock it, also for a child that was forked meanwhile and would keep it as long as it lives."""
        if self._descriptor is not None:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            self.forget()

    def forget(self) -> None:
        """Leave it to the parent of this process, which was forked and shares it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def held(self, *, wait: bool) -> Generator[bool]:
        """Hold it for the length of the block; yield whether it is held."""
        is_mine = self.acquire(wait=wait)
        try:
            yield is_mine
        finally:
            if is_mine:
                self.release()
