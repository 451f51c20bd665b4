"""What our own parts could not do, counted for whoever watches them."""

from __future__ import annotations

import threading

from .telemetry.per_process import PerProcess


class _Counts:
    """Those of one process."""

    def __init__(self) -> None:
        # A signal handler, or a destructor, may count in the middle of a count.
        self.lock = threading.RLock()
        self.by_kind: dict[tuple[str, str], int] = {}


class Tallies:
    """Counts of one app in this process; a forked child begins at zero."""

    def __init__(self) -> None:
        self._here = PerProcess(_Counts)
        self._known: set[tuple[str, str]] = set()

    def add(self, what: str, which: str, count: int = 1) -> int:
        """Count *what* of the kind *which*, such as dropped spans; return how many there are now."""
        here = self._here.get()
        with here.lock:
            total = here.by_kind[what, which] = here.by_kind.get((what, which), 0) + count
            return total

    def expect(self, what: str, which: str) -> None:
        """Let a count be 0 before anything is counted: whoever watches it sees the first one then."""
        self._known.add((what, which))

    def of(self, what: str) -> dict[str, int]:
        """Return the counts of *what*, by kind."""
        counts = {**self._here.get().by_kind}
        zeros = dict.fromkeys(self._known, 0)
        return {which: count for (name, which), count in (zeros | counts).items() if name == what}


DROPPED = "dropped"
"""Telemetry that was thrown away because nobody took it in time, by signal."""
FAILED_EXPORTS = "failed exports"
"""Exports that the collector did not take, by signal."""
RATE_FAILURES = "rate limit failures"
"""Requests whose rate could not be counted, by what could not."""
FAILED_STEPS = "failed steps"
"""Edge steps that raised, by their qualified names."""
