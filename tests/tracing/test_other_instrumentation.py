"""Beside opentelemetry-instrumentation-flask, and beside a tracer provider of the app's own."""

from __future__ import annotations

import json

import pytest

from .conftest import run

SET_UP = """
import json, logging
from flask import Flask
from opentelemetry import trace
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from flask_baseline.testing import captured_spans
from tests.steps import call
from tests.tracing.conftest import *

def theirs():
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter, provider

def baseline(app, **options):
    options = {"exporter": "memory", **options}
    app.config.update({f"BASELINE_TRACING_{key.upper()}": value for key, value in options.items()})
    Baseline(app, features=WITH_LOGS)

def view():
    with trace.get_tracer("shop").start_as_current_span("child"):
        logging.getLogger("shop").warning("in the view")
    return "ok"

def tell(app, exporter=None):
    with captured_spans(app) as spans:
        call(app, "/", HTTP_TRACEPARENT=TRACEPARENT).drain()
        call(app, "/").drain()
    for whose, found in (("ours", spans), ("theirs", exporter.get_finished_spans() if exporter else ())):
        for span in found:
            print(json.dumps({"whose": whose, "name": span.name, "kind": span.kind.name, "ids": ids(span),
                              "scope": span.instrumentation_scope.name, "attributes": dict(span.attributes)}))
"""

BEFORE = """
exporter, provider = theirs()
app = Flask("shop")
app.add_url_rule("/", view_func=view)
FlaskInstrumentor().instrument_app(app, tracer_provider=provider)
baseline(app)
tell(app, exporter)
"""

AFTER = """
exporter, provider = theirs()
app = Flask("shop")
app.add_url_rule("/", view_func=view)
baseline(app)
FlaskInstrumentor().instrument_app(app, tracer_provider=provider)
tell(app, exporter)
"""

ALL_APPS = """
exporter, provider = theirs()
FlaskInstrumentor().instrument(tracer_provider=provider)
import flask
app = flask.Flask("shop")
app.add_url_rule("/", view_func=view)
baseline(app)
tell(app, exporter)
"""

CHOSEN = """
app = Flask("shop")
app.add_url_rule("/", view_func=view)
baseline(app, instrumentor="opentelemetry")
tell(app)
"""

CHOSEN_AND_THERE = """
exporter, provider = theirs()
app = Flask("shop")
app.add_url_rule("/", view_func=view)
FlaskInstrumentor().instrument_app(app, tracer_provider=provider)
baseline(app, instrumentor="opentelemetry")
tell(app, exporter)
"""


@pytest.mark.parametrize(
    ("code", "whose"),
    [
        (BEFORE, "theirs"),
        (AFTER, "theirs"),
        (ALL_APPS, "theirs"),
        (CHOSEN, "ours"),
        (CHOSEN_AND_THERE, "theirs"),
    ],
    ids=["before", "after", "all apps", "chosen", "chosen and there"],
)
def test_one_span_a_request(code: str, whose: str) -> None:
    """A request has one span, of the other instrumentation, whose ids its lines have; one line tells it."""
    lines = [json.loads(line) for line in run(SET_UP + code).stdout.splitlines()]
    spans = [line for line in lines if "whose" in line]
    requests = [span for span in spans if span["kind"] == "SERVER"]
    assert [(span["whose"], span["scope"]) for span in requests] == [
        (whose, "opentelemetry.instrumentation.flask")
    ] * 2
    assert requests[0]["ids"][0::2] == ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"]
    written = [line for line in lines if line.get("body") in ("in the view", "http.server.request")]
    children = [span for span in spans if span["name"] == "child"]
    assert [span["ids"][2] for span in children] == [span["ids"][1] for span in requests]
    assert [(line["trace_id"], line["span_id"]) for line in written] == [
        tuple(ids[:2])
        for child, request in zip(children, requests, strict=True)
        for ids in (child["ids"], request["ids"])
    ]
    assert sum("makes its spans" in line.get("body", "") for line in lines) == 1


def test_the_chosen_one_has_stable_names() -> None:
    """The instrumentation that the setting chooses uses the names that ours does, unless told otherwise."""
    new = run(SET_UP + CHOSEN).stdout
    old = run(SET_UP + CHOSEN, OTEL_SEMCONV_STABILITY_OPT_IN="http/dup").stdout
    assert '"http.request.method"' in new
    assert '"http.method"' not in new
    assert '"http.method"' in old


PROVIDER = """
exporter, provider = theirs()
trace.set_tracer_provider(provider)
app = Flask("shop")
app.add_url_rule("/", view_func=view)
baseline(app)
tell(app, exporter)
"""


def test_a_provider_that_is_set_before() -> None:
    """Spans of an app with a provider of its own go there, but for those of requests, and a line warns."""
    lines = [json.loads(line) for line in run(SET_UP + PROVIDER).stdout.splitlines()]
    spans = [(line["whose"], line["name"]) for line in lines if "whose" in line]
    assert spans == [("ours", "GET /")] * 2 + [("theirs", "child")] * 2
    ours, _, child, _ = [line for line in lines if "whose" in line]
    assert child["ids"][2] == ours["ids"][1]
    (warning,) = [
        line for line in lines if line.get("severity_text") == "WARNING" and "provider" in line["body"]
    ]
    assert "a tracer provider is set already, TracerProvider" in warning["body"]
    assert "Fix: remove trace.set_tracer_provider()" in warning["body"]
