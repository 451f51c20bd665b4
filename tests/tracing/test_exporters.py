"""Where spans go, by a setting or by OpenTelemetry's variables, and who sends them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator

import pytest
from flask import Flask

from flask_baseline import Baseline
from tests.otlp import ReceivedSpan, Receiver, receiver
from tests.steps import call

from .conftest import TRACEPARENT, TRACING, MakeApp, run, spans_of, tracer

made: list[Flask] = []
"""The apps of the test."""


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Run a collector, to which apps send at once."""
    with receiver() as received:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", received.http_url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
        yield received
        # A span is there before it is answered: who hangs up then has its exporter complain in a later test.
        for app in made:
            outbox = app.extensions["baseline"].wirings["tracing"].runtime.serve().outbox
            assert outbox.ticker.flush(30)
        made.clear()


def arrived(collector: Receiver, count: int) -> list[ReceivedSpan]:
    """Return the spans when there are *count* of them."""
    deadline = time.monotonic() + 30
    while len(collector.spans()) < count:
        assert time.monotonic() < deadline, collector.spans()
        time.sleep(0.01)
    return collector.spans()


def make_app(name: str = "shop", **config: object) -> Flask:
    """Return an app with traces as *config* and the environment say."""
    app = Flask(name)
    app.config.update(config)
    Baseline(app, features=TRACING)
    made.append(app)

    @app.get("/orders/<int:id>")
    def show(id: int) -> tuple[str, int]:
        with tracer.start_as_current_span("child") as span:
            span.add_event("packed", {"boxes": 2})
        return "ok", id

    return app


GRPC = {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}

WAYS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "endpoint": ({}, {}),
    "otlp": ({"BASELINE_TRACING_EXPORTER": "otlp"}, {}),
    "otlp-grpc": ({"BASELINE_TRACING_EXPORTER": "otlp-grpc"}, {}),
    "otlp by a variable": ({}, {"OTEL_TRACES_EXPORTER": "otlp"}),
    "grpc by a variable": ({}, GRPC),
    "otlp and grpc by a variable": ({"BASELINE_TRACING_EXPORTER": "otlp"}, GRPC),
    "grpc for traces alone": ({}, {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_spans_arrive(collector: Receiver, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """All of a request arrives at a collector, by either protocol, as it was."""
    config, environ = WAYS[way]
    if "grpc" in way:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.grpc_url)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    app = make_app(**config, BASELINE_SERVICE_VERSION="1.2.3")
    call(app, "/orders/503", HTTP_TRACEPARENT=TRACEPARENT).drain()
    spans = {span.name: span for span in arrived(collector, 2)}
    request, child = spans["GET /orders/<int:id>"], spans["child"]
    assert f"00-{request.trace_id}-{request.parent_id}-01" == TRACEPARENT
    assert (request.kind, request.status, request.scope) == ("SERVER", "ERROR", "flask_baseline")
    assert request.attributes == {
        "http.request.method": "GET",
        "url.path": "/orders/503",
        "url.scheme": "http",
        "http.route": "/orders/<int:id>",
        "http.response.status_code": 503,
        "error.type": "503",
        "server.address": "localhost",
        "network.protocol.version": "1.1",
    }
    assert (child.trace_id, child.parent_id, child.scope) == (request.trace_id, request.span_id, "shop")
    assert [(event.name, event.attributes) for event in child.events] == [("packed", {"boxes": 2})]
    assert request.start_ns <= child.start_ns <= child.end_ns <= request.end_ns
    assert request.resource["service.name"] == "shop"
    assert request.resource["service.version"] == "1.2.3"
    assert request.resource["process.pid"] == os.getpid()
    assert len(request.resource["service.instance.id"]) == 36
    assert collector.corrupt == 0


def test_sending_is_not_traced(collector: Receiver) -> None:
    """What the exporter does to send spans is no span itself, though its HTTP client has spans."""
    app = make_app()
    for number in range(1, 4):
        call(app, "/orders/200").drain()
        arrived(collector, 2 * number)
    assert {span.name for span in collector.spans()} == {"child", "GET /orders/<int:id>"}


def test_the_instance(collector: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance that the operator names keeps its name, with the process behind it, and its attributes."""
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=pod-7,service.name=store,region=eu")
    call(make_app(), "/orders/200").drain()
    resource = arrived(collector, 2)[0].resource
    assert resource["service.instance.id"] == f"pod-7-{os.getpid()}"
    assert (resource["service.name"], resource["region"]) == ("store", "eu")


def test_two_apps_have_one_instance(collector: Receiver) -> None:
    """Apps of one process have their own names, and the id of their process in common."""
    for name in ("shop", "stock"):
        call(make_app(name), "/none").drain()
    resources = [span.resource for span in arrived(collector, 2)]
    assert sorted(resource["service.name"] for resource in resources) == ["shop", "stock"]
    assert len({resource["service.instance.id"] for resource in resources}) == 1


CONSOLE = """
from tests.tracing.conftest import *
app = Flask("shop")
Baseline(app, features=TRACING)
app.add_url_rule("/", view_func=lambda: "ok")
for _ in range(2):
    call(app).drain()
with app.app_context(), tracer.start_as_current_span("line\\nbreak"):
    pass
"""


@pytest.mark.parametrize("name", ["BASELINE_TRACING_EXPORTER", "OTEL_TRACES_EXPORTER"])
def test_the_console(name: str) -> None:
    """With `console` each span is one line of JSON, and at the end of the process all are written."""
    lines = [json.loads(line) for line in run(CONSOLE, **{name: "console"}).stdout.splitlines()]
    assert [line["name"] for line in lines] == ["GET /", "GET /", "line\nbreak"]
    assert lines[0]["attributes"]["http.route"] == "/"
    assert lines[0]["resource"]["attributes"]["service.name"] == "shop"


def test_nowhere(make_app: MakeApp, collector: Receiver) -> None:
    """With `none` spans are made and sent nowhere, although there is an endpoint."""
    app = make_app(enabled=True, exporter="none")
    assert [span.name for span in spans_of(app)] == ["GET"]
    Baseline.start(app)
    time.sleep(0.1)
    assert collector.requests == 0


FORK = """
import os
from tests.tracing.conftest import *
app = Flask("shop")
Baseline(app, features=TRACING)
app.add_url_rule("/", view_func=lambda: "ok")
def ask():
    call(app).drain()
    with app.app_context(), tracer.start_as_current_span("job"):
        pass
ask()
child = os.fork()
ask()
if child:
    os.waitpid(child, 0)
"""


def test_a_forked_child(collector: Receiver) -> None:
    """Each process sends its own spans, once, and has an instance id of its own."""
    run(
        FORK,
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.http_url,
        OTEL_BSP_SCHEDULE_DELAY="60000",
    )
    spans = collector.spans()
    assert sorted(span.name for span in spans) == ["GET /"] * 3 + ["job"] * 3
    by_process: dict[int, set[str]] = {}
    for span in spans:
        by_process.setdefault(span.resource["process.pid"], set()).add(span.resource["service.instance.id"])
    assert [len(instances) for instances in by_process.values()] == [1, 1]
    assert len(set.union(*by_process.values())) == 2
    assert len({span.span_id for span in spans}) == 6


def test_a_process_without_requests(collector: Receiver) -> None:
    """`Baseline.start` begins to send the spans of a process that serves no requests."""
    app = make_app()
    Baseline.start(app)
    with app.app_context(), tracer.start_as_current_span("job"):
        pass
    assert [span.name for span in arrived(collector, 1)] == ["job"]
