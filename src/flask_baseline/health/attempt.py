"""One run of one readiness check, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from time import monotonic
from typing import NamedTuple

from flask import Flask

from .._feature import ReadinessCheck
from .report import CheckResult, Output


class Outcome(NamedTuple):
    """How a check came back."""

    seconds: float
    error: BaseException | None
    is_false: bool


class Attempt:
    """A check that was started once and may hang for good.

    The thread is a daemon, and not one of an executor: those are joined when the process exits,
    which a hanging check would prevent.
    """

    __slots__ = ("_deadline", "_limit", "_returned", "_started", "check", "outcome")

    def __init__(self, check: ReadinessCheck, limit: float) -> None:
        self.check = check
        self.outcome: Outcome | None = None
        self._limit = limit
        self._started = monotonic()
        self._deadline = self._started + limit
        self._returned = threading.Event()

    @property
    def is_running(self) -> bool:
        """Whether the check has not returned yet."""
        return self.outcome is None

    def start(self, app: Flask) -> None:
        """Call the check in a new thread, in an app context of *app*."""
        thread = threading.Thread(
            target=self._run, args=(app,), name=f"readiness-{self.check.name}", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:  # No more threads: the check cannot pass, and it does not run.
            self._return(error, is_false=False)

    def wait(self) -> None:
        """Wait until the check has returned or its time is over."""
        remaining = self._deadline - monotonic()
        if remaining > 0:
            self._returned.wait(remaining)

    def result(self) -> CheckResult:
        """Return what is known now. A check that came back too late has timed out all the same."""
        outcome = self.outcome
        seconds = monotonic() - self._started if outcome is None else outcome.seconds
        output: Output | None = None
        if outcome is None or outcome.seconds > self._limit:
            output = "timeout"
        elif outcome.error is not None:
            output = _output_of(outcome.error)
        elif outcome.is_false:
            output = "false"
        return CheckResult(self.check.name, self.check.critical, output, seconds, datetime.now(timezone.utc))

    def _run(self, app: Flask) -> None:
        try:
            with app.app_context():
                value = app.ensure_sync(self.check.check)()
        # SystemExit too: whatever it raises, the check is over and has not passed.
        except BaseException as error:
            self._return(error, is_false=False)
        else:
            self._return(None, is_false=value is False)

    def _return(self, error: BaseException | None, *, is_false: bool) -> None:
        self.outcome = Outcome(monotonic() - self._started, error, is_false)
        self._returned.set()


def _output_of(error: BaseException) -> Output:
    for link in _chain(error):
        if isinstance(link, TimeoutError):
            return "timeout"
        if isinstance(link, ConnectionRefusedError):
            return "refused"
    return "error"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and what it was raised from; clients wrap the socket's error in their own."""
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        yield link
        seen.add(id(link))
        link = link.__cause__ or link.__context__
