"""The order of the features, outermost first, each with the reason for its place."""

from __future__ import annotations

from ._feature import FeatureSpec
from .health.settings import HealthSettings
from .logging.settings import LoggingSettings
from .openapi.settings import OpenapiSettings
from .validation.settings import ValidationSettings

FEATURES: tuple[FeatureSpec, ...] = (
    # First, so that its event sees the final status of everything below, and its ids are there
    # for whatever the others log.
    FeatureSpec(
        name="logging",
        settings=LoggingSettings,
        module="flask_baseline.logging.feature",
        touches=frozenset({"wsgi_app", "signals", "process"}),
    ),
    # Probes are answered before any request step, so that no redirect, host check or login of a
    # later feature can refuse them, and no log or trace is full of them.
    FeatureSpec(
        name="health",
        settings=HealthSettings,
        module="flask_baseline.health.feature",
        touches=frozenset({"wsgi_app", "process"}),
    ),
    # Inside of all that may refuse a request, so that their errors are answered in one form too.
    FeatureSpec(
        name="validation",
        settings=ValidationSettings,
        module="flask_baseline.validation.feature",
        touches=frozenset({"error_handlers"}),
    ),
    # Last, since it describes what all the others make of a request; it looks at none itself.
    FeatureSpec(
        name="openapi",
        settings=OpenapiSettings,
        module="flask_baseline.openapi.feature",
        touches=frozenset({"url_rules", "blueprints", "templates"}),
    ),
)
