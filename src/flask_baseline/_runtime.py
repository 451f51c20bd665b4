"""Find what a feature keeps for its own code, during a request."""

from __future__ import annotations

from typing import Any

from flask import Flask


def runtime_of(app: Flask, feature: str) -> Any:
    """Return the ``runtime`` in the `Wiring` of *feature*; None where it is off."""
    state = app.extensions.get("baseline")
    wiring = None if state is None else state.wirings.get(feature)
    return None if wiring is None else wiring.runtime
