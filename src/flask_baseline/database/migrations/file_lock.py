"""A lock on a file, which the system takes back from a process that is gone."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def file_lock(path: str) -> Generator[Callable[[], bool]]:
    """Yield what tries to lock the file *path* and returns whether it is locked, until the end of the block.

    The file is made where it is missing, and left: one that is removed could be locked by two.

    Raises:
        OSError: the file cannot be opened.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)

    def take() -> bool:
        try:
            _lock(descriptor)
        except OSError:
            return False
        return True

    try:
        yield take
    finally:
        # It unlocks too.
        os.close(descriptor)
