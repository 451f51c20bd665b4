"""The end of a process: everything is sent, and nothing is waited for longer than `SECONDS`."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import time
from os import getpid
from typing import Protocol
from weakref import WeakSet, finalize

_log = logging.getLogger("flask_baseline.telemetry")

SECONDS = 2.0
"""gunicorn and Kubernetes kill what takes long; a collector that is away must not use that up."""

MASTER_SECONDS = 0.5
"""For a master, which ends after its workers have had theirs."""


class Closing(Protocol):
    """What has a last thing to do. All are stopped first, so that they end side by side."""

    @property
    def name(self) -> str: ...
    @property
    def is_started(self) -> bool: ...
    def ask(self) -> int: ...
    def wait(self, number: int, deadline: float) -> bool: ...
    def stop(self) -> None: ...
    def join(self, deadline: float) -> bool: ...


_open: WeakSet[Closing] = WeakSet()
_pid = 0
_deadline: float | None = None
_in_vain_until = 0.0
"""Until then nobody waits once more for what a flush has waited for in vain."""
_forked_in = 0
"""The last of this process and its parents that has forked."""


def close_at_exit(closing: Closing) -> None:
    """Close *closing* when this process ends, if it is still there; not in a child of it."""
    global _pid
    if _pid != getpid():
        # What the parent has opened is the parent's to close.
        _pid = getpid()
        _open.clear()
        _close_in_multiprocessing()
    _open.add(closing)


def seconds_left() -> float | None:
    """Return how many seconds this process still has; None while it does not end."""
    return None if _deadline is None else max(0.1, _deadline - time.monotonic())


def flush_all() -> None:
    """Send what waits, where a server may end this process without an end of Python's, and may also go on."""
    global _in_vain_until
    if _pid != getpid():
        return
    deadline = time.monotonic() + SECONDS
    # All are asked first, so that they send side by side.
    asked = [(each, each.ask()) for each in _open]
    late = [each.name for each, number in asked if not each.wait(number, deadline)]
    if late:
        _in_vain_until = time.monotonic() + SECONDS
        _tell(late, SECONDS)


def close_all() -> None:
    """Close everything of this process, once, at its end."""
    global _deadline
    if _pid != getpid():
        return
    those = [*_open]
    is_master = _forked_in == getpid() and not any(each.is_started for each in those)
    is_in_vain = time.monotonic() < _in_vain_until
    seconds = 0.0 if is_in_vain else MASTER_SECONDS if is_master else SECONDS
    _deadline = time.monotonic() + seconds
    _open.clear()
    for each in those:
        each.stop()
    # Each has to be joined, also after one that was late.
    late = [each.name for each in those if not each.join(_deadline)]
    if late and not is_in_vain:
        _tell(late, seconds)


def _tell(late: list[str], seconds: float) -> None:
    _log.warning(
        "%s did not end within %g s, so that telemetry may be lost. Fix: look at the collector.",
        ", ".join(sorted(late)),
        seconds,
    )


def _close_in_multiprocessing() -> None:
    """Close everything also where this is a child that multiprocessing ends by ``os._exit``."""
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is not None and multiprocessing.parent_process() is not None:
        from multiprocessing.util import Finalize

        Finalize(None, close_all, exitpriority=0)


def _note_fork() -> None:
    global _forked_in
    _forked_in = getpid()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_parent=_note_fork)
# From the first one on, those of weakref run at the end too: after ours, which comes later, since what
# sends may still make some.
finalize(close_all, bool)
atexit.register(close_all)
