"""Every ``feature.py``, for the type checkers to hold to the `Feature` protocol."""

from __future__ import annotations

from flask_baseline._feature import Feature
from flask_baseline.health import feature as health
from flask_baseline.logging import feature as logging
from flask_baseline.openapi import feature as openapi
from flask_baseline.validation import feature as validation

MODULES: tuple[Feature, ...] = (logging, health, validation, openapi)
