"""Mistakes of a view that show only in what it answers: an error in dev and test, a log line in prod."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import current_app

from .._runtime import runtime_of
from .encoding import InvalidResponseError

_log = logging.getLogger("flask_baseline.validation")


def teller() -> Callable[[str], None]:
    """Return a function that reports a mistake; where it is logged, each text once.

    It raises `InvalidResponseError` where mistakes are errors. Without Baseline ``app.testing`` decides.
    """
    told: set[str] = set()

    def tell(text: str) -> None:
        runtime = runtime_of(current_app._get_current_object(), "validation")  # type: ignore[attr-defined]
        if current_app.testing if runtime is None else runtime.mistakes_are_errors:
            raise InvalidResponseError(text)
        if text not in told:
            told.add(text)
            _log.error(text)

    return tell
