"""Find the feature of an app that a test looks at."""

from __future__ import annotations

from typing import Any

from flask import Flask

from .._runtime import runtime_of
from ..errors import NotInitializedError


def runtime_in(app: Flask, feature: str, exporter: str) -> Any:
    """Return what *feature* keeps in *app*.

    Args:
        app: has a ``Baseline``.
        feature: its name.
        exporter: the key that turns it on.

    Raises:
        NotInitializedError: it is not on.
    """
    if "baseline" not in app.extensions:
        raise NotInitializedError(
            f"Baseline is not on the app {app.name!r}. Fix: call Baseline(app) or baseline.init_app(app) "
            "in the factory."
        )
    runtime = runtime_of(app, feature)
    if runtime is None:
        raise NotInitializedError(
            f"The feature {feature} is off in the app {app.name!r}. Fix: set {exporter} to memory in "
            "its tests."
        )
    return runtime
