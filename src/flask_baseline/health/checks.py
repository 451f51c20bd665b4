"""Run the readiness checks of one app: at most once at a time, and seldom."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import Flask

from .._clock import monotonic
from .._feature import ReadinessCheck
from .attempt import Attempt
from .report import CheckResult, Report

_log = logging.getLogger("flask_baseline.health")


class Plan(NamedTuple):
    """What to run, and for how long."""

    app: Flask
    checks: Callable[[], Sequence[ReadinessCheck]]
    total_seconds: float
    cache_seconds: float


class Readiness:
    """The readiness of one app in whichever process asks.

    Locks and threads do not survive a fork, and gevent replaces them after the app may have been
    imported, so each process makes its own at its first probe.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._runners: dict[int, Runner] = {}

    def report(self) -> Report:
        """Return the kept report, or run the checks; takes no longer than the plan allows."""
        runner = self._runners.get(os.getpid()) or self._begin_process()
        return runner.report()

    def _begin_process(self) -> Runner:
        pid = os.getpid()
        # One step, so that of two threads with the first two probes one wins.
        runner = self._runners.setdefault(pid, Runner(self._plan))
        for parent in self._runners.keys() - {pid}:
            self._runners.pop(parent, None)
        return runner


@dataclass(eq=False)
class _Flight:
    """The checks that are being waited for together."""

    attempts: tuple[Attempt, ...]
    report: Report | None = None


class Runner:
    """Runs the checks of one app in one process.

    No prober leads: each waits for the same attempts until their deadlines, and the first to see
    the end writes the report. A prober that is killed while it waits leaves nothing undone.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._flight: _Flight | None = None
        self._hanging: tuple[Attempt, ...] = ()
        self._failing: frozenset[str] = frozenset()
        self._kept = (float("-inf"), Report(()))
        """Until when a report holds, and the report."""

    def report(self) -> Report:
        """Return the kept report, or wait for the checks."""
        until, report = self._kept
        if monotonic() < until:
            return report
        with self._lock:
            until, report = self._kept
            if monotonic() < until:
                return report
            if self._flight is None:
                self._flight = _Flight(self._start())
            flight = self._flight
        for attempt in flight.attempts:
            attempt.wait()
        return self._settle(flight)

    def _start(self) -> tuple[Attempt, ...]:
        attempts: list[Attempt] = []
        for check in self._plan.checks():
            attempt = next((a for a in self._hanging if a.check is check and a.is_running), None)
            if attempt is None:
                attempt = Attempt(check, min(check.timeout, self._plan.total_seconds))
                attempt.start(self._plan.app)
            attempts.append(attempt)
        return tuple(attempts)

    def _settle(self, flight: _Flight) -> Report:
        with self._lock:
            if flight.report is not None:
                return flight.report
            results = tuple(attempt.result() for attempt in flight.attempts)
            report = flight.report = Report(results)
            failing = frozenset(result.name for result in results if result.output is not None)
            failed, recovered = failing - self._failing, self._failing - failing
            self._failing = failing
            self._hanging = tuple(attempt for attempt in flight.attempts if attempt.is_running)
            self._kept = (monotonic() + self._plan.cache_seconds, report)
            self._flight = None
        for attempt, result in zip(flight.attempts, results, strict=True):
            if result.name in failed and result.output is not None:
                _log_failure(attempt, result)
        for name in sorted(recovered):
            _log.info("readiness check %r recovered", name)
        return report


def _log_failure(attempt: Attempt, result: CheckResult) -> None:
    error = None if attempt.outcome is None else attempt.outcome.error
    level = logging.ERROR if result.critical else logging.WARNING
    _log.log(level, "readiness check %r failed: %s", result.name, result.output, exc_info=error)
