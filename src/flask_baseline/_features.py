"""The order of the features, outermost first, each with the reason for its place."""

from __future__ import annotations

from ._feature import FeatureSpec
from .auth.settings import AuthSettings
from .cors.settings import CorsSettings
from .database.settings import DatabaseSettings
from .headers.settings import HeadersSettings
from .health.settings import HealthSettings
from .ingress.settings import IngressSettings
from .jwt.settings import JwtSettings
from .logging.settings import LoggingSettings
from .metrics.settings import MetricsSettings
from .openapi.settings import OpenapiSettings
from .ratelimit.settings import RatelimitSettings
from .tracing.settings import TracingSettings
from .validation.settings import ValidationSettings

FEATURES: tuple[FeatureSpec, ...] = (
    # Outermost, so that all others see the client, the scheme and the host as they are. What it refuses
    # passes the others all the same: it is logged, traced and counted, and has their headers.
    FeatureSpec(
        name="ingress",
        settings=IngressSettings,
        module="flask_baseline.ingress.feature",
        touches=frozenset({"wsgi_app", "signals", "attributes"}),
    ),
    # First, so that its event sees the final status of everything below, and its ids are there
    # for whatever the others log.
    FeatureSpec(
        name="logging",
        settings=LoggingSettings,
        module="flask_baseline.logging.feature",
        touches=frozenset({"wsgi_app", "signals", "attributes", "process"}),
    ),
    # Inside of logging, so that the access event is written while the span is known; outside of all
    # others, so that what they do to a request is part of its span.
    FeatureSpec(
        name="tracing",
        settings=TracingSettings,
        module="flask_baseline.tracing.feature",
        touches=frozenset({"wsgi_app", "signals", "attributes", "process"}),
    ),
    # Inside of tracing: a duration leaves its trace behind as an example, and the span is still open then.
    FeatureSpec(
        name="metrics",
        settings=MetricsSettings,
        module="flask_baseline.metrics.feature",
        touches=frozenset({"wsgi_app", "signals", "attributes", "process"}),
    ),
    # Probes are answered before any request step, so that no redirect, host check or login of a
    # later feature can refuse them, and no log or trace is full of them.
    FeatureSpec(
        name="health",
        settings=HealthSettings,
        module="flask_baseline.health.feature",
        touches=frozenset({"wsgi_app", "process"}),
    ),
    # Inside of the probes, which are not for browsers; outside of all that may refuse a request, so that
    # refusals have the headers too.
    FeatureSpec(
        name="headers",
        settings=HeadersSettings,
        module="flask_baseline.headers.feature",
        touches=frozenset({"wsgi_app", "signals", "attributes", "config", "templates"}),
    ),
    # Outside of authentication: a preflight has no credentials, and a page must be able to read a 401.
    FeatureSpec(
        name="cors",
        settings=CorsSettings,
        module="flask_baseline.cors.feature",
        touches=frozenset({"wsgi_app", "signals", "attributes"}),
    ),
    # Outside of what says who calls, so that wrong tokens count too, and of what reads a body. A limit by
    # caller is counted later, before the view.
    FeatureSpec(
        name="ratelimit",
        settings=RatelimitSettings,
        module="flask_baseline.ratelimit.feature",
        touches=frozenset({"wsgi_app", "signals", "attributes", "hooks"}),
    ),
    # Inside of what refuses clients that ask too often, who must not cost a connection; outside of what makes
    # problems of errors, the database's among them.
    FeatureSpec(
        name="database",
        settings=DatabaseSettings,
        module="flask_baseline.database.feature",
        touches=frozenset({"wsgi_app", "signals", "attributes", "hooks", "error_handlers"}),
    ),
    # Inside of what limits attempts, which must see wrong tokens too, and of what a 401 must pass on its way
    # out; outside of what reads a body, which is not for strangers.
    FeatureSpec(
        name="auth",
        settings=AuthSettings,
        module="flask_baseline.auth.feature",
        touches=frozenset({"hooks"}),
    ),
    # Beside auth, which asks it whose a token is.
    FeatureSpec(
        name="jwt",
        settings=JwtSettings,
        module="flask_baseline.jwt.feature",
        touches=frozenset({"config", "error_handlers", "extensions", "signals"}),
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
