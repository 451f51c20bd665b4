"""A thread that does one thing again and again, and once more when the process ends."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from os import getpid

from opentelemetry.instrumentation.utils import suppress_instrumentation

_log = logging.getLogger("flask_baseline.telemetry")

_FOREVER = 3600.0


class Ticker:
    """Calls *act* every *seconds*, and whenever it is woken.

    Args:
        name: the thread's, for whoever looks at a stack dump.
        act: called in the thread; what it raises is logged once.
        seconds: from the end of one call to the begin of the next.
        prepare: called first in the thread; what it raises is left to *act*.
    """

    def __init__(
        self,
        name: str,
        act: Callable[[], object],
        seconds: float,
        prepare: Callable[[], object] | None = None,
    ) -> None:
        self.name, self._act, self._seconds, self._prepare = name, act, seconds, prepare
        # Open to wake. Not an Event: a signal handler, or a destructor, may wake in the middle of a wake.
        self._asleep = threading.Lock()
        self._asleep.acquire()
        self._done = threading.Condition()
        self._begun = self._ended = 0
        self._is_stopped = self._is_over = self._is_broken = False
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def start(self) -> None:
        """Start the thread, unless it has been started."""
        with self._starting:
            if self._thread is None:
                thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                thread.start()
                self._thread = thread
                _warn_without_threads()

    @property
    def is_started(self) -> bool:
        """Whether it has a thread."""
        return self._thread is not None

    def is_current(self) -> bool:
        """Whether it is called in the thread itself."""
        return threading.current_thread() is self._thread

    def wake(self) -> None:
        """Call *act* soon."""
        # The other way round it would raise each time but the first.
        if self._asleep.locked():
            with suppress(RuntimeError):
                self._asleep.release()

    def flush(self, seconds: float) -> bool:
        """Wait until *act* has been called once more from begin to end; return whether it was in time."""
        return self.wait(self.ask(), time.monotonic() + seconds)

    def ask(self) -> int:
        """Call *act* soon, in a thread; return the number of the call, for `wait`."""
        self.start()
        with self._done:
            # A call that has begun already may have missed what came before this one.
            number = self._begun + 1
        self.wake()
        return number

    def wait(self, number: int, deadline: float) -> bool:
        """Wait for the end of a call until *deadline* (`time.monotonic`); return whether it has ended."""
        with self._done:
            self._done.wait_for(
                lambda: self._ended >= number or self._is_over, max(0.0, deadline - time.monotonic())
            )
            return self._ended >= number

    def stop(self) -> None:
        """Call *act* for the last time, without waiting for it."""
        self._is_stopped = True
        self.wake()

    def join(self, deadline: float) -> bool:
        """Wait for the last call until *deadline* (`time.monotonic`); return whether it has ended."""
        with self._starting:
            thread = self._thread
            if thread is None:
                # At its end Python starts no more threads.
                self._call()
                return True
        thread.join(max(0.0, deadline - time.monotonic()))
        return not thread.is_alive()

    def _run(self) -> None:
        if self._prepare is not None:
            with suppress(Exception):
                self._prepare()
        pid, is_last = getpid(), False
        while not is_last:
            self._asleep.acquire(timeout=self._seconds)
            while getpid() != pid:
                # A greenlet lives on in a forked child, and would send what its parent sends. It cannot end
                # there either, where Python does not know it.
                threading.Event().wait(_FOREVER)
            # Not before, or a stop in between would be seen one call too late.
            is_last = self._is_stopped
            self._call()
        with self._done:
            self._is_over = True
            self._done.notify_all()

    def _call(self) -> None:
        with self._done:
            self._begun += 1
            number = self._begun
        try:
            # What an exporter sends is not to be traced itself.
            with suppress_instrumentation():
                self._act()
        except Exception:
            if not self._is_broken:
                self._is_broken = True
                _log.exception("%s failed; it is logged once and tried again", self.name)
        finally:
            with self._done:
                self._ended = number
                self._done.notify_all()


def _warn_without_threads() -> None:
    """Tell that uWSGI runs no threads of Python, unless it is asked to."""
    options = getattr(sys.modules.get("uwsgi"), "opt", None)
    if options is not None and not {b"enable-threads", b"threads", "enable-threads", "threads"} & {*options}:
        _log.warning(
            "uWSGI runs no threads, so that telemetry waits until a worker ends. Fix: start it with "
            "--enable-threads."
        )
