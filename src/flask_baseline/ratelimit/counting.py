"""Count requests, and leave a store alone that does not answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from time import monotonic

from .._tallies import RATE_FAILURES, Tallies
from .store import Count, Store
from .texts import Limit

_log = logging.getLogger("flask_baseline.ratelimit")

PAUSE = 5.0
"""Seconds for which the store is not asked after a failure."""
SILENCE = 60.0
"""Seconds between two warnings."""


class StoreDownError(Exception):
    """The store cannot be asked."""


class Counter:
    """Counts in *store*.

    Without the pauses each request would wait as long as a store that hangs lets it.

    Args:
        store: has the counts.
        tallies: where it is counted how many requests could not be.
        on_failure: what becomes of those, as it is set.
        clock: tells when a pause is over.
    """

    def __init__(
        self, store: Store, tallies: Tallies, on_failure: str, clock: Callable[[], float] = monotonic
    ) -> None:
        self._store = store
        self._tallies = tallies
        self._on_failure = on_failure
        self._clock = clock
        self._is_down = False
        self._paused_until = float("-inf")
        self._silent_until = float("-inf")
        tallies.expect(RATE_FAILURES, "store")

    def count(self, hits: Iterable[tuple[Limit, str, str]]) -> Sequence[Count]:
        """Count one request for each limit, what it is to, and whom it is of, up to one that it exceeds.

        Raises:
            StoreDownError: the store cannot be asked.
        """
        if self._is_down:
            now = self._clock()
            if now < self._paused_until:
                self._tallies.add(RATE_FAILURES, "store")
                raise StoreDownError
            # The others wait for what this one finds.
            self._paused_until = now + PAUSE
        counts: list[Count] = []
        try:
            for hit in hits:
                counts.append(self._store.hit(*hit))
                if counts[-1].is_exceeded:
                    break
        except Exception as error:
            # Each library raises its own.
            self._tallies.add(RATE_FAILURES, "store")
            self._is_down, self._paused_until = True, self._clock() + PAUSE
            self._tell(error)
            raise StoreDownError from None
        if self._is_down:
            self._is_down = False
            _log.info("the store of rate limits answers again")
        return counts

    def _tell(self, error: Exception) -> None:
        now = self._clock()
        if now >= self._silent_until:
            self._silent_until = now + SILENCE
            _log.warning(
                "the store of rate limits cannot be asked (%s), and requests are %s. Fix: look at the server "
                "in BASELINE_RATELIMIT_STORE. BASELINE_RATELIMIT_ON_FAILURE is %s.",
                type(error).__name__,
                "not counted" if self._on_failure == "open" else "answered 503",
                self._on_failure,
            )
