"""Ask one app many things, and print what our spans and those of opentelemetry-instrumentation-flask say.

A process of its own: OpenTelemetry's choice of names is made once in each.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, redirect, request
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, Tracer

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline.testing import captured_spans
from tests.steps import call

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass(frozen=True)
class Request:
    """What is asked; *environ* replaces parts of the WSGI environ."""

    path: str
    method: str = "GET"
    environ: Mapping[str, object] = field(default_factory=dict)
    config: Mapping[str, object] = field(default_factory=dict)


REQUESTS = {
    "200": Request("/"),
    "converter": Request("/orders/7"),
    "two converters": Request("/orders/7/items/9"),
    "404": Request("/nope/123"),
    "405": Request("/orders/7", "DELETE"),
    "OPTIONS": Request("/orders/7", "OPTIONS"),
    "HEAD": Request("/orders/7", "HEAD"),
    "POST": Request("/orders", "POST"),
    "unknown method": Request("/orders/7", "FOO"),
    "exception": Request("/broken"),
    "exception that is propagated": Request("/broken", config={"PROPAGATE_EXCEPTIONS": True}),
    "exception that a handler answers 500": Request("/handled/500"),
    "exception that a handler answers 409": Request("/handled/409"),
    "abort 500": Request("/abort/500"),
    "abort 403": Request("/abort/403"),
    "hook that aborts": Request("/locked"),
    "redirect": Request("/old"),
    "redirect to the path with a slash": Request("/folder"),
    "static file": Request("/static/parity.py"),
    "stream": Request("/stream/3"),
    "stream that breaks": Request("/stream/0"),
    "query": Request("/orders/7?token=abc&sig=zzz"),
    "below a root": Request("/orders/7", environ={"SCRIPT_NAME": "/shop"}),
    "404 below a root": Request("/nope", environ={"SCRIPT_NAME": "/shop"}),
    "host with a port": Request("/", environ={"HTTP_HOST": "shop.example:8443", "SERVER_PORT": "8443"}),
    "host that is an IPv6 address": Request("/", environ={"HTTP_HOST": "[2001:db8::1]:8080"}),
    "no host": Request("/", environ={"HTTP_HOST": None}),
    "https": Request("/", environ={"wsgi.url_scheme": "https"}),
    "client": Request("/", environ={"REMOTE_ADDR": "203.0.113.7", "REMOTE_PORT": "4711"}),
    "user agent": Request("/", environ={"HTTP_USER_AGENT": "curl/8.0"}),
    "HTTP/1.0": Request("/", environ={"SERVER_PROTOCOL": "HTTP/1.0"}),
    "traceparent": Request("/", environ={"HTTP_TRACEPARENT": TRACEPARENT}),
    "broken traceparent": Request("/", environ={"HTTP_TRACEPARENT": "00-zz-01"}),
}


class OutOfStockError(Exception):
    """Has a handler of the app's."""


def make_app(config: Mapping[str, object]) -> Flask:
    """Return an app, before it is instrumented."""
    app = Flask("shop", static_folder=str(Path(__file__).parent), static_url_path="/static")
    app.config.update(config)

    @app.before_request
    def lock() -> None:
        if request.path == "/locked":
            abort(401)

    @app.errorhandler(OutOfStockError)
    def answer(error: OutOfStockError) -> tuple[str, int]:
        return "out of stock", int(str(error))

    @app.get("/stream/<int:count>")
    def stream(count: int) -> Response:
        def body() -> Iterator[str]:
            yield "begin"
            with app.extensions["tracer"].start_as_current_span("child"):
                yield str(1 / count)

        return Response(body())

    def broken() -> str:
        raise ValueError("secret=hunter2")

    def handled(status: int) -> str:
        raise OutOfStockError(status)

    def done(**_: int) -> str:
        return "done"

    app.add_url_rule("/broken", view_func=broken)
    app.add_url_rule("/handled/<int:status>", view_func=handled)
    app.add_url_rule("/abort/<int:status>", "abort", lambda status: abort(status))
    app.add_url_rule("/old", "old", lambda: redirect("/"))
    for rule in ("/", "/orders/<int:id>", "/orders/<int:id>/items/<int:item>", "/locked", "/folder/"):
        app.add_url_rule(rule, rule, done)
    app.add_url_rule("/orders", "place", done, methods=["POST"])
    return app


def ask(app: Flask, asked: Request, tracer: Tracer) -> None:
    """Ask as a server does, which survives what the app raises."""
    app.extensions["tracer"] = tracer
    with suppress(ZeroDivisionError, ValueError):
        call(app, asked.path, asked.method, **asked.environ).drain()


def ours(asked: Request) -> list[ReadableSpan]:
    """Return the spans that we make."""
    app = make_app({**asked.config, "BASELINE_TRACING_EXPORTER": "memory"})
    Baseline(app, features=[spec for spec in FEATURES if spec.name == "tracing"])
    with captured_spans(app) as spans:
        ask(app, asked, trace.get_tracer("shop"))
    return spans


def theirs(asked: Request) -> list[ReadableSpan]:
    """Return the spans that opentelemetry-instrumentation-flask makes."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    app = make_app(asked.config)
    FlaskInstrumentor.instrument_app(
        app, tracer_provider=provider, meter_provider=NoOpMeterProvider(), enable_commenter=False
    )
    ask(app, asked, provider.get_tracer("shop"))
    return [*exporter.get_finished_spans()]


def summary(spans: list[ReadableSpan]) -> dict[str, Any]:
    """Return what can be said of the span of the request, and of what is below it."""
    requests = [span for span in spans if span.kind is SpanKind.SERVER]
    if not requests:
        return {"spans": 0}
    (span,) = requests
    said: dict[str, Any] = {
        "spans": 1,
        "name": span.name,
        "status": span.status.status_code.name,
        "description": span.status.description,
        "parent": None if span.parent is None else f"{span.parent.span_id:016x}",
        "trace": span.parent is not None and f"{span.context.trace_id:032x}",
        "events": [event.name for event in span.events],
        **(span.attributes or {}),
    }
    for child in spans:
        if child is not span:
            said["child is below"] = child.parent is not None and child.parent.span_id == span.context.span_id
            said["child is inside"] = child.end_time <= span.end_time
    return said


def main() -> None:
    """Print both answers to each request."""
    os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "http"
    answers = {
        name: {"ours": summary(ours(asked)), "theirs": summary(theirs(asked))}
        for name, asked in REQUESTS.items()
    }
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
