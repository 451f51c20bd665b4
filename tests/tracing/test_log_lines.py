"""Log lines have the ids of the span in which they are written."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import structlog
from flask import Flask, Response

from flask_baseline import Baseline
from flask_baseline.testing import captured_spans
from tests.lines import lines_of
from tests.steps import call

from .conftest import TRACE_ID, UNSAMPLED, WITH_LOGS, ids, tracer

NAMES = {"otel": ("trace_id", "span_id", "trace_flags"), "ecs": ("trace.id", "span.id")}

log = logging.getLogger("shop")


def make_app(**config: object) -> Flask:
    """Return an app with logs and traces."""
    app = Flask("shop")
    app.config.update({"BASELINE_TRACING_EXPORTER": "memory", **config})
    Baseline(app, features=WITH_LOGS)
    return app


def work() -> str:
    """Write a line, with either library."""
    log.info("by logging")
    structlog.get_logger().info("by structlog")
    return "part"


def message(line: dict[str, Any]) -> str:
    """Return what a line says."""
    return line["body"] if "body" in line else line["message"]


def own_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the lines of this file's apps, without those of what earlier tests have left behind."""
    said = {"by logging", "by structlog", "http.server.request"}
    return [line for line in lines_of(capsys) if message(line) in said or "exception.type" in line]


def stream() -> Response:
    """Return a body that writes lines as it is sent."""
    return Response(work() for _ in range(2))


def in_thread() -> str:
    """Write lines in a thread that has the context of the request."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(Baseline.propagate(work)).result()


VIEWS: dict[str, Callable[[], Any]] = {"view": work, "stream": stream, "thread": in_thread}


@pytest.mark.parametrize("fields", NAMES)
@pytest.mark.parametrize("view", VIEWS)
def test_lines_of_a_request(capsys: pytest.CaptureFixture[str], view: str, fields: str) -> None:
    """Every line of a request has the ids of its span, the access event and those of a stream included."""
    app = make_app(BASELINE_LOGGING_FIELDS=fields)
    app.add_url_rule("/", view_func=VIEWS[view])
    with captured_spans(app) as spans:
        call(app).drain()
    lines = own_lines(capsys)
    trace_id, span_id, _ = ids(spans[0])
    assert {message(line) for line in lines} == {"by logging", "by structlog", "http.server.request"}
    for line in lines:
        assert [line[name] for name in NAMES[fields]] == [trace_id, span_id, "01"][: len(NAMES[fields])]


def test_lines_below_another_span(capsys: pytest.CaptureFixture[str]) -> None:
    """A line in a span of the app's has the id of that one, and the access event that of the request."""
    app = make_app()

    @app.get("/")
    def view() -> str:
        with tracer.start_as_current_span("child"):
            return work()

    with captured_spans(app) as spans:
        call(app).drain()
    child, request = (ids(span) for span in spans)
    first, second, access = own_lines(capsys)
    assert first["span_id"] == second["span_id"] == child[1]
    assert access["span_id"] == request[1]
    assert {line["trace_id"] for line in (first, second, access)} == {child[0]}


@pytest.mark.parametrize(
    "config", [{"BASELINE_TRACING_SAMPLE_RATIO": 0.0}, {"BASELINE_TRACING_EXCLUDE": ("view",)}]
)
def test_what_is_not_recorded(capsys: pytest.CaptureFixture[str], config: dict[str, object]) -> None:
    """Lines of a request that is not recorded, or left out, have its ids, and say that it is not sampled."""
    app = make_app(**config)
    app.add_url_rule("/", "view", work)
    call(app, HTTP_TRACEPARENT=UNSAMPLED).drain()
    lines = own_lines(capsys)
    assert len(lines) == 3
    assert {line["trace_id"] for line in lines} == {TRACE_ID}
    assert {line["trace_flags"] for line in lines} == {"00"}
    assert len({line["span_id"] for line in lines}) == 1


def test_an_exception(capsys: pytest.CaptureFixture[str]) -> None:
    """What Flask logs of an exception has the ids of its request."""
    app = make_app()
    app.add_url_rule("/", view_func=lambda: str(1 / 0))
    with captured_spans(app) as spans:
        call(app).drain()
    failure, access = own_lines(capsys)
    assert failure["exception.type"] == "ZeroDivisionError"
    assert failure["trace_id"] == access["trace_id"] == ids(spans[0])[0]


def test_outside_of_a_request(capsys: pytest.CaptureFixture[str]) -> None:
    """A line outside of any span has no ids, and one in a span of a job has those."""
    app = make_app()
    work()
    with app.app_context(), captured_spans(app) as spans, tracer.start_as_current_span("job"):
        work()
    *without, first, second = own_lines(capsys)
    assert len(without) == 2
    assert not any("trace_id" in line for line in without)
    assert (
        (first["trace_id"], first["span_id"]) == (second["trace_id"], second["span_id"]) == ids(spans[0])[:2]
    )


def test_the_line_of_a_broken_stream(capsys: pytest.CaptureFixture[str]) -> None:
    """A stream that breaks is an error in its access event and in its span, which have the same ids."""

    def body() -> Iterator[str]:
        yield "begin"
        raise RuntimeError

    app = make_app()
    app.add_url_rule("/", view_func=lambda: Response(body()))
    with captured_spans(app) as spans, pytest.raises(RuntimeError):
        call(app).drain()
    access = own_lines(capsys)[-1]
    assert (access["trace_id"], access["error.type"]) == (ids(spans[0])[0], "RuntimeError")
    assert (spans[0].attributes or {})["error.type"] == "RuntimeError"
