"""Every ``feature.py``, for the type checkers to hold to the `Feature` protocol."""

from __future__ import annotations

from flask_baseline._feature import Feature
from flask_baseline.auth import feature as auth
from flask_baseline.cors import feature as cors
from flask_baseline.database import feature as database
from flask_baseline.headers import feature as headers
from flask_baseline.health import feature as health
from flask_baseline.ingress import feature as ingress
from flask_baseline.jwt import feature as jwt
from flask_baseline.logging import feature as logging
from flask_baseline.metrics import feature as metrics
from flask_baseline.openapi import feature as openapi
from flask_baseline.ratelimit import feature as ratelimit
from flask_baseline.tracing import feature as tracing
from flask_baseline.validation import feature as validation

MODULES: tuple[Feature, ...] = (
    ingress,
    logging,
    tracing,
    metrics,
    health,
    headers,
    cors,
    ratelimit,
    database,
    auth,
    jwt,
    validation,
    openapi,
)
