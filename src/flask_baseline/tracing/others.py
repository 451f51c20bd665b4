"""Spans of requests that somebody else makes: opentelemetry-instrumentation-flask."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.trace import Span, TracerProvider

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


_log = logging.getLogger("flask_baseline.tracing")

_SPAN = "opentelemetry-flask.span_key"
"""Where it keeps the span in the environ."""


def is_instrumented(app: Flask) -> bool:
    """Whether *app* makes spans of its requests already."""
    return bool(getattr(app, "_is_instrumented_by_opentelemetry", False))


def instrument(app: Flask, provider: TracerProvider) -> None:
    """Let opentelemetry-instrumentation-flask make the spans of *app*; metrics are ours in any case."""
    from opentelemetry.instrumentation.flask import FlaskInstrumentor  # pyright: ignore[reportMissingTypeStubs]

    if not is_instrumented(app):
        cast(Any, FlaskInstrumentor()).instrument_app(
            app, tracer_provider=provider, meter_provider=NoOpMeterProvider(), enable_commenter=False
        )


def back_off(app: Flask) -> Callable[[], bool]:
    """Return whether *app* is instrumented, which may happen until its first request."""
    known: bool | None = None

    def is_backed_off() -> bool:
        nonlocal known
        if known is None:
            known = is_instrumented(app)
            if known:
                _log.info(
                    "opentelemetry-instrumentation-flask is on the app %r and makes its spans", app.name
                )
        return known

    return is_backed_off


def span_of_others(environ: WSGIEnvironment) -> Span | None:
    """Return the span that the instrumentation has made, for the log line."""
    span = environ.get(_SPAN)
    return span if isinstance(span, Span) else None
