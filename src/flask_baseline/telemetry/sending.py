"""Hand batches to an exporter: what it does not take is counted, and told once a minute."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from .._tallies import DROPPED, FAILED_EXPORTS, Tallies
from .reasons import listen, reason, reason_of

_log = logging.getLogger("flask_baseline.telemetry")

PAUSE = 60.0
"""Seconds between two warnings about one collector."""


class Sending:
    """Sends batches of one signal.

    Args:
        signal: ``traces``, ``metrics`` or ``logs``.
        make: makes the exporter, at the first batch.
        tallies: where failures, and what they have lost, are counted.
        is_lost: whether what was not taken is gone; a cumulative metric comes again.
    """

    def __init__(
        self, signal: str, make: Callable[[], Any], tallies: Tallies, *, is_lost: bool = True
    ) -> None:
        self._signal, self._make, self._tallies, self._is_lost = signal, make, tallies, is_lost
        self._exporter: Any = None
        self._silent_until = 0.0
        self._untold = 0

    def prepare(self) -> None:
        """Make the exporter, in the thread that will use it.

        Raises:
            Exception: whatever a wrong setting of the exporter makes it raise.
        """
        if self._exporter is None:
            self._exporter = self._make()

    def __call__(self, batch: Any) -> None:
        """Send *batch*. It never raises."""
        listen()
        error: Exception | None = None
        try:
            self.prepare()
            # All three signals' results have SUCCESS = 0 and FAILURE = 1.
            is_sent = self._exporter.export(batch).value == 0
        except Exception as raised:
            is_sent, error = False, raised
        why = reason()
        if not is_sent:
            self._tallies.add(FAILED_EXPORTS, self._signal)
            if self._is_lost:
                self._tallies.add(DROPPED, self._signal, len(batch))
            self._warn(why if error is None else reason_of(error))

    def _warn(self, why: str) -> None:
        self._untold += 1
        if time.monotonic() < self._silent_until:
            return
        self._silent_until = time.monotonic() + PAUSE
        _log.warning(
            "the collector does not take %s: %s. Failed exports since the last warning: %d. Requests are not "
            "slowed. Fix: look at the collector, or at OTEL_EXPORTER_OTLP_ENDPOINT.",
            self._signal,
            why or "no reason given",
            self._untold,
        )
        self._untold = 0
