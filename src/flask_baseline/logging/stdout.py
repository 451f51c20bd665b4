"""Write lines to standard output."""

from __future__ import annotations

import os
import select
import sys
from threading import RLock
from typing import TextIO

PATIENCE = 1.0
"""Seconds that a reader may take to empty a full, non-blocking pipe before the line is given up."""

_target: tuple[TextIO | None, int | None] = (None, None)

_turn = RLock()


def _begin_process() -> None:
    """Forget the lock of the parent process, which a thread that is not here may have held."""
    global _turn
    _turn = RLock()


if sys.platform != "win32":
    os.register_at_fork(after_in_child=_begin_process)


def write(line: bytes) -> None:
    """Write one line, whole among the lines of all threads.

    A closed or broken standard output is not an error: a log line must not fail a request.
    """
    global _target
    # Compared each time, because tests and servers replace it.
    stream, descriptor = _target
    if stream is not sys.stdout:
        stream, descriptor = _target = (sys.stdout, _descriptor(sys.stdout))
    # A pipe takes more than 4096 bytes in parts (PIPE_BUF), with the lines of others between them.
    # Whoever has waited for too long writes all the same.
    turn = _turn
    is_mine = turn.acquire(False) or turn.acquire(True, PATIENCE)
    try:
        if descriptor is None:
            _write_text(stream, line)
        # Another file may have the number of a closed one.
        elif stream is not None and not stream.closed:
            written = os.write(descriptor, line)
            if written < len(line):
                _write_rest(descriptor, line[written:])
    except BlockingIOError:
        if descriptor is not None:
            _write_rest(descriptor, line)
    except (OSError, ValueError):
        pass
    finally:
        if is_mine:
            turn.release()


def _descriptor(stream: TextIO | None) -> int | None:
    try:
        return None if stream is None else stream.fileno()
    except (AttributeError, OSError, ValueError):
        return None


_streams_in_use: list[TextIO] = []


def _write_text(stream: TextIO | None, line: bytes) -> None:
    """Write to a stream that is no file, such as a test's, or one that logs what is printed."""
    if stream in _streams_in_use:
        # It logs, so that the line has come back to us: it goes where the process began to write.
        stream = sys.__stdout__
    if stream is None:
        return
    _streams_in_use.append(stream)
    try:
        stream.write(line.decode())
    finally:
        _streams_in_use.remove(stream)


def _write_rest(descriptor: int, rest: bytes) -> None:
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            if not select.select([], [descriptor], [], PATIENCE)[1]:
                return
        except OSError:
            return
