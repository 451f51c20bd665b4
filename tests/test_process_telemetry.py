"""What is shared with others in one process: OpenTelemetry's providers, set by us or before us."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .programs import run

APP = """
from flask import Flask
from opentelemetry import metrics, trace
from flask_baseline import Baseline
from flask_baseline.testing import captured_metrics, captured_spans

{before}

def make_app(name):
    app = Flask(name)
    app.config.update(BASELINE_TRACING_EXPORTER="memory", BASELINE_METRICS_EXPORTER="memory")
    app.config.update(BASELINE_LOGGING_ACCESS=False)

    @app.get("/")
    def work():
        with trace.get_tracer("shop").start_as_current_span("work"):
            metrics.get_meter("shop").create_counter("works").add(1)
        return ""

    Baseline(app)
    return app

app = make_app("shop")
{after}
with captured_spans(app) as spans, captured_metrics(app) as counted:
    app.test_client().get("/", buffered=True)
print([span.name for span in spans])
try:
    print(counted.value("works"))
except KeyError as error:
    print("none")
"""


def outcome(before: str = "", after: str = "") -> tuple[list[str], list[str], str]:
    """Return what an app has seen, and its warnings, with something done before and after it is made."""
    done = run(APP.format(before=before, after=after))
    lines: list[Any] = [*done.stdout.splitlines()]
    logged = [json.loads(line)["body"] for line in lines if line.startswith("{")]
    assert done.returncode == 0, done.stderr
    return [line for line in lines if not line.startswith("{")], logged, done.stderr


def test_nobody_else() -> None:
    """The tracers and meters of an app, and of a second one, are ours, without a word."""
    assert outcome(after="other = make_app('stock')") == (["['work', 'GET /']", "1.0"], [], "")


TRACERS = (
    "from opentelemetry.sdk.trace import TracerProvider\ntrace.set_tracer_provider(TracerProvider())",
    "trace.set_tracer_provider(trace.NoOpTracerProvider())",
)


@pytest.mark.parametrize("before", TRACERS, ids=["sdk", "no-op"])
def test_a_tracer_provider_of_the_apps(before: str) -> None:
    """One that is set before is left alone: the app's spans go there, and a line says so."""
    lines, logged, _ = outcome(before)
    assert lines == ["['GET /']", "1.0"]
    (line,) = logged
    name = "NoOpTracerProvider" if "NoOp" in before else "TracerProvider"
    assert line == (
        f"a tracer provider is set already, {name}: spans of the app and of libraries go there, those of "
        "requests to BASELINE_TRACING_EXPORTER. Fix: remove trace.set_tracer_provider(), or set "
        "BASELINE_TRACING_ENABLED=False."
    )


METERS = (
    "from opentelemetry.sdk.metrics import MeterProvider\nmetrics.set_meter_provider(MeterProvider())",
    "metrics.set_meter_provider(metrics.NoOpMeterProvider())",
)


@pytest.mark.parametrize("before", METERS, ids=["sdk", "no-op"])
def test_a_meter_provider_of_the_apps(before: str) -> None:
    """One that is set before is left alone: the app's instruments are there, and a line says so."""
    lines, logged, _ = outcome(before)
    assert lines == ["['work', 'GET /']", "none"]
    (line,) = logged
    name = "NoOpMeterProvider" if "NoOp" in before else "MeterProvider"
    assert line == (
        f"a meter provider is set already, {name}: the app's own instruments are there, and not in "
        "BASELINE_METRICS_PATH. Fix: remove metrics.set_meter_provider(), or set "
        "BASELINE_METRICS_ENABLED=False."
    )


def test_instruments_that_were_there_first() -> None:
    """A tracer and a counter of a module that was imported before the app are ours all the same."""
    before = """
tracer = trace.get_tracer("early")
early = metrics.get_meter("early").create_counter("early.works")
"""
    after = """
@app.before_request
def note():
    with tracer.start_as_current_span("early"):
        early.add(1)
"""
    lines, _, _ = outcome(before, after)
    assert lines[0] == "['early', 'work', 'GET /']"


def test_a_provider_that_comes_later() -> None:
    """A provider that is set after the app is refused by OpenTelemetry itself, and ours stays."""
    lines, logged, _ = outcome(after=TRACERS[0])
    assert lines == ["['work', 'GET /']", "1.0"]
    assert logged == ["Overriding of current TracerProvider is not allowed"]
