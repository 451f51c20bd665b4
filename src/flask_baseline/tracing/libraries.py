"""Spans of what an app calls, by OpenTelemetry's instrumentation of each library."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

from opentelemetry.metrics import get_meter_provider
from opentelemetry.trace import TracerProvider

_log = logging.getLogger("flask_baseline.tracing")

_CLASSES = {
    "httpx": "HTTPXClientInstrumentor",
    "redis": "RedisInstrumentor",
    "requests": "RequestsInstrumentor",
    "sqlalchemy": "SQLAlchemyInstrumentor",
    "urllib3": "URLLib3Instrumentor",
}

OPT_IN = "OTEL_SEMCONV_STABILITY_OPT_IN"


def scope_of(library: str) -> str:
    """Return the module that instruments *library*, whose name its spans have."""
    return f"opentelemetry.instrumentation.{library}"


def prefer_stable_names() -> None:
    """Let OpenTelemetry's instrumentations use the stable names, unless the operator has chosen others."""
    os.environ.setdefault(OPT_IN, "http,database")


def instrument(libraries: Sequence[str], provider: TracerProvider) -> None:
    """Instrument those of *libraries* that are there with their instrumentation."""
    for library in libraries:
        module = scope_of(library)
        if not _is_there(library) or not _is_there(module):
            continue
        try:
            instrumentor = getattr(import_module(module), _CLASSES[library])()
            if not instrumentor.is_instrumented_by_opentelemetry:
                # Its list of versions is behind: the newest minor of a library works as the last one did.
                instrumentor.instrument(
                    tracer_provider=provider, meter_provider=get_meter_provider(), skip_dep_check=True
                )
                if library == "sqlalchemy":
                    from .engines import trace_older_engines

                    trace_older_engines(module, provider)
        except Exception:
            # A library that its instrumentation does not know any more is no reason not to start.
            _log.exception("%s cannot be instrumented, and has no spans", library)


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        # A module that somebody has put in its place by hand has no spec, which is a ValueError.
        return False
