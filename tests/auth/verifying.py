"""A feature that has the verifiers which a test gives to its app."""

from __future__ import annotations

from flask import Flask

from flask_baseline._feature import FeatureSettings, FeatureSpec, Setup, Wiring

KEY = "VERIFIERS"

SPEC = FeatureSpec("verifying", FeatureSettings, __name__, frozenset())


def init_app(app: Flask, _settings: FeatureSettings, _setup: Setup, /) -> Wiring:
    """Return the verifiers in the configuration of *app*."""
    return Wiring(verifiers=app.config[KEY])
