"""What is compared: each function returns the same service with something else around it.

A feature gets its row by one more function with `variant` on it: its name is the row's name, the
first line of its docstring says what it has. It runs in a process of its own, and what it imports
is imported inside of it, so that no variant pays for another.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .scenario import add_probe_routes, service

if TYPE_CHECKING:
    from flask import Flask

REFERENCE = "bare"
PROBE_REFERENCE = "probe-routes"


@dataclass(frozen=True)
class Variant:
    """One way to run the service."""

    name: str
    what: str
    budget: str
    """The most that a POST may cost against the bare service, such as ``1.12 x``; empty for no limit."""
    make: Callable[[], Any]
    is_peer: bool
    """Whether it is another library, which is not installed with this one."""
    table: str
    """Where its row is: ``requests``, or the tables of one concern."""


VARIANTS: dict[str, Variant] = {}

Make = Callable[[], Any]
"""Returns something with the ``wsgi_app`` of a Flask app."""


def variant(budget: str = "", *, is_peer: bool = False, table: str = "requests") -> Callable[[Make], Make]:
    """Add the function below to `VARIANTS`."""

    def add(make: Make) -> Make:
        name = make.__name__.replace("_", "-")
        VARIANTS[name] = Variant(name, (make.__doc__ or "").rstrip("."), budget, make, is_peer, table)
        return make

    return add


def with_features(*names: str, app: Flask | None = None, **config: object) -> Flask:
    """Return the service with exactly the features in *names* on, and the keys of *config* set."""
    from flask_baseline import Baseline
    from flask_baseline._features import FEATURES

    app = app or service()
    for spec in FEATURES:
        app.config[f"BASELINE_{spec.name.upper()}_ENABLED"] = spec.name in names
    app.config.update(config)
    Baseline(app)
    return app


@variant()
def bare() -> Flask:
    """Flask alone, which all others are compared with."""
    return service()


@variant()
def bare_again() -> Flask:
    """Flask alone once more: how far it is from 1.00 is the noise."""
    return service()


@variant(budget="1.00 x")
def all_off() -> Flask:
    """Baseline with every feature off."""
    return with_features()


@variant(budget="1.12 x")
def logging() -> Flask:
    """Logging alone: request id, access event, structured lines."""
    return with_features("logging")


@variant()
def logging_without_access() -> Flask:
    """Logging without the access event."""
    return with_features("logging", BASELINE_LOGGING_ACCESS=False)


@variant()
def health() -> Flask:
    """Health alone: two probes, for which every request's path is looked at."""
    return with_features("health")


@variant(budget="1.12 x")
def metrics() -> Flask:
    """Metrics alone, to be scraped."""
    return with_features("metrics", BASELINE_METRICS_EXPORTER="prometheus")


@variant(budget="1.60 x")
def tracing_and_metrics() -> Flask:
    """Tracing and metrics, every trace recorded, queued and handed to an exporter."""
    discard_spans()
    return with_features(
        "tracing", "metrics", BASELINE_TRACING_EXPORTER="otlp", BASELINE_METRICS_EXPORTER="prometheus"
    )


@variant(budget="1.25 x")
def sampled_out() -> Flask:
    """Tracing and metrics, no trace recorded."""
    return with_features(
        "tracing",
        "metrics",
        BASELINE_TRACING_EXPORTER="otlp",
        BASELINE_TRACING_SAMPLE_RATIO=0,
        BASELINE_METRICS_EXPORTER="prometheus",
    )


@variant()
def flask_instrumentor() -> Flask:
    """opentelemetry-instrumentation-flask with its stable names: spans as above, the SDK's metrics."""
    return instrumented(1.0)


@variant()
def flask_instrumentor_sampled_out() -> Flask:
    """The same, no trace recorded."""
    return instrumented(0.0)


def discard_spans() -> None:
    """Let the exporter take every batch and send nothing; a run of requests fills several."""
    os.environ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = "64"
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import SpanExportResult

    OTLPSpanExporter.export = lambda *_: SpanExportResult.SUCCESS  # type: ignore[method-assign]


def instrumented(ratio: float) -> Flask:
    """Return the service with opentelemetry-instrumentation-flask, which records *ratio* of the traces."""
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "http"
    discard_spans()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.flask import FlaskInstrumentor
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

    app = service()
    tracers = TracerProvider(sampler=ParentBasedTraceIdRatio(ratio))
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    FlaskInstrumentor().instrument_app(
        app,
        tracer_provider=tracers,
        meter_provider=MeterProvider([InMemoryMetricReader()]),
    )
    return app


@variant()
def ingress() -> Flask:
    """Ingress alone: hosts, lengths and limits of bodies."""
    return with_features("ingress")


@variant(budget="1.10 x")
def headers_and_cors() -> Flask:
    """Security headers and CORS, with an Origin that may."""
    return with_features("headers", "cors", BASELINE_CORS_ORIGINS="https://shop.example.com")


@variant()
def rate_limited() -> Flask:
    """A limit for each view, counted in memory."""
    return with_features(
        "ratelimit", BASELINE_RATELIMIT_STORE="memory", BASELINE_RATELIMIT_DEFAULT="1000000/second"
    )


@variant(budget="1.15 x")
def validated() -> Flask:
    """Requests and responses validated, and nothing else."""
    from .validated import validated_service

    return with_features("validation", app=validated_service())


@variant(budget="2.20 x")
def everything() -> Flask:
    """Every feature that there is, everything validated, and the POST for known callers, by HS256."""
    from flask_baseline._features import FEATURES

    from .identity import guarded
    from .validated import validated_service

    discard_spans()
    return guarded(
        "HS256",
        *(spec.name for spec in FEATURES),
        app=validated_service(),
        BASELINE_CORS_ORIGINS="https://shop.example.com",
        BASELINE_DATABASE_URL="sqlite://",
        BASELINE_TRACING_EXPORTER="otlp",
        BASELINE_METRICS_EXPORTER="prometheus",
    )


@variant()
def hand_wired() -> Flask:
    """The same concerns by hand: structlog and the standard library in one shape, hooks, routes."""
    from .hand_wired import configure_through_stdlib, wire

    configure_through_stdlib()
    return wire(service())


@variant()
def hand_wired_native() -> Flask:
    """The same by hand where only structlog's own lines are structured."""
    from .hand_wired import configure_natively, wire

    configure_natively()
    return wire(service())


@variant()
def probe_routes() -> Flask:
    """Flask alone with the probes as two routes."""
    return add_probe_routes(service())
