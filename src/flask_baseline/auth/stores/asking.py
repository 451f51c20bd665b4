"""Ask a server, and leave it alone for a moment when it does not answer."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from ..store import StoreDownError

_T = TypeVar("_T")
_Error = TypeVar("_Error", bound=Exception)

SLOW = 0.2
"""Seconds after which a failure was a wait, and not a refusal."""
PAUSE = 1.0
"""Seconds for which a server is not asked after such a failure: each request would wait as long."""


class Asking:
    """Calls what asks a server, and turns the library's errors into one.

    Args:
        error: the class of those errors.
        is_away: whether such an error says that the server is, and not that it refuses one statement.
        clock: tells how long something took.
    """

    def __init__(
        self,
        error: type[_Error],
        is_away: Callable[[_Error], bool],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._error = error
        self._is_away: Callable[[Any], bool] = is_away
        self._clock = clock
        self._paused_until = float("-inf")

    def __call__(self, work: Callable[[], _T]) -> _T:
        """Return what *work* does.

        Raises:
            StoreDownError: it failed, or failed a moment ago. What the library raised may have an address,
                and its frames a password: it is neither the cause nor the context.
        """
        began = self._clock()
        if began < self._paused_until:
            raise StoreDownError("did not answer in time")
        if self._paused_until > float("-inf"):
            # The others wait for what this one finds.
            self._paused_until = began + PAUSE
        try:
            result = work()
        except self._error as error:
            cause, is_away = type(error).__name__, self._is_away(error)
        else:
            self._paused_until = float("-inf")
            return result
        ended = self._clock()
        if is_away and ended - began > SLOW:
            self._paused_until = ended + PAUSE
        raise StoreDownError(cause)
