"""The callbacks of the app's instruments, which are asked once a second and must not fill the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable
from math import isfinite

from opentelemetry.metrics import CallbackOptions, Observation

from .values import number

_log = logging.getLogger("flask_baseline.metrics")

_Function = Callable[[CallbackOptions], Iterable[Observation]]
Callback = _Function | Generator[Iterable[Observation], CallbackOptions, None]


def guarded(callback: Callback, name: str) -> _Function:
    """Return *callback*, of the instrument *name*, without what it raises, which is logged once.

    What is no finite number is left out. A generator gets its first step when it is first asked.
    """
    ask = callback if callable(callback) else _asking(callback)
    is_told = False

    def observe(options: CallbackOptions) -> Iterable[Observation]:
        nonlocal is_told
        try:
            return [each for each in ask(options) if isfinite(number(each.value))]
        except Exception:
            if not is_told:
                is_told = True
                _log.exception("the callback of %s failed; it is logged once and asked again", name)
            return []

    return observe


def _asking(generator: Generator[Iterable[Observation], CallbackOptions, None]) -> _Function:
    is_begun = False

    def ask(options: CallbackOptions) -> Iterable[Observation]:
        nonlocal is_begun
        try:
            if not is_begun:
                is_begun = True
                next(generator)
            return generator.send(options)
        except StopIteration:
            return ()

    return ask
