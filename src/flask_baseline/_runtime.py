"""Find what a feature keeps for its own code, during a request."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, has_app_context

from ._exchange import current_exchange


def runtime_of(app: Flask, feature: str) -> Any:
    """Return the ``runtime`` in the `Wiring` of *feature*; None where it is off."""
    state = app.extensions.get("baseline")
    wiring = None if state is None else state.wirings.get(feature)
    return None if wiring is None else wiring.runtime


def is_in_app() -> bool:
    """Whether it is called in a request or context of an app that has Baseline."""
    if current_exchange.get() is not None:
        return True
    return has_app_context() and "baseline" in current_app.extensions


def current_runtime(feature: str) -> Any:
    """Return the ``runtime`` of *feature* in the app whose request or context it is; None where it is off."""
    exchange = current_exchange.get()
    if exchange is not None:
        # A streamed body has no context of Flask's.
        return exchange.edge.runtimes.get(feature)
    return runtime_of(current_app, feature) if has_app_context() else None
