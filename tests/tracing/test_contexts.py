"""Where the span of a request is the current one: there alone, and all through its request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Response
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan

from flask_baseline import Baseline
from flask_baseline.testing import captured_spans
from tests.steps import call

from .conftest import MakeApp, ids, spans_of, tracer


def child(name: str = "child") -> None:
    """Make a span."""
    with tracer.start_as_current_span(name):
        pass


def current() -> bool:
    """Whether there is a span."""
    return trace.get_current_span().get_span_context().is_valid


def below(spans: list[ReadableSpan], name: str = "child") -> list[bool]:
    """Return, for each span called *name*, whether it is right below the one of its request."""
    requests = {span.context.span_id for span in spans if span.name.startswith("GET")}
    return [
        span.parent is not None and span.parent.span_id in requests for span in spans if span.name == name
    ]


def test_all_through_the_request(make_app: MakeApp) -> None:
    """Hooks, the view, the stream and its end are below the span of the request."""
    app = make_app()
    app.before_request(lambda: child())
    app.after_request(lambda response: [child(), response][1])
    app.teardown_request(lambda error: child())

    @app.get("/")
    def view() -> Response:
        def body() -> Iterator[str]:
            for _ in range(2):
                child()
                yield "part"

        response = Response(body())
        response.call_on_close(child)
        child()
        return response

    spans = spans_of(app)
    assert below(spans) == [True] * 7
    assert spans[-1].name == "GET /"
    assert not current()


def test_the_stream_is_a_part_of_it(make_app: MakeApp) -> None:
    """The span of a stream ends after the spans that are made while it is sent."""
    app = make_app()
    app.add_url_rule("/", view_func=lambda: Response(str(child() or n) for n in range(3)))
    *children, request = spans_of(app)
    assert request.start_time is not None
    assert request.end_time is not None
    for span in children:
        assert span.start_time is not None
        assert span.end_time is not None
        assert request.start_time <= span.start_time <= span.end_time <= request.end_time


def in_thread(work: Callable[[], None]) -> None:
    """Call *work* in a thread."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


@pytest.mark.parametrize("is_propagated", [True, False], ids=["propagated", "bare"])
def test_threads(make_app: MakeApp, is_propagated: bool) -> None:
    """A thread begins a trace of its own, unless it is given that of the request."""
    app = make_app()

    @app.get("/")
    def view() -> str:
        in_thread(Baseline.propagate(child) if is_propagated else child)
        return "ok"

    assert below(spans_of(app)) == [is_propagated]


def test_requests_at_the_same_time(make_app: MakeApp) -> None:
    """Each of many requests has its own span, and its own children."""
    app, together = make_app(), Barrier(8, timeout=30)

    @app.get("/<name>")
    def view(name: str) -> str:
        together.wait()
        child(name)
        together.wait()
        child(name)
        return name

    with captured_spans(app) as spans, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: call(app, f"/{number}").drain(), range(8)))
    requests = {
        (span.attributes or {})["url.path"]: ids(span) for span in spans if span.name == "GET /<name>"
    }
    assert len({trace_id for trace_id, _, _ in requests.values()}) == 8
    for number in range(8):
        trace_id, span_id, _ = requests[f"/{number}"]
        children = [span for span in spans if span.name == str(number)]
        assert [ids(span)[0::2] for span in children] == [(trace_id, span_id)] * 2


def test_a_coroutine(make_app: MakeApp) -> None:
    """A coroutine that a view runs is below the span of the request, also with a span of its own."""
    app = make_app()

    @tracer.start_as_current_span("work")
    async def work() -> str:
        await asyncio.sleep(0)
        child()
        return "ok"

    app.add_url_rule("/", view_func=lambda: asyncio.run(work()))
    spans = spans_of(app)
    assert below(spans, "work") == [True]
    inner, outer, _ = spans
    assert inner.parent == outer.context


@pytest.mark.parametrize("is_closed", [True, False], ids=["closed", "left open"])
def test_the_preserved_context_of_a_client(make_app: MakeApp, is_closed: bool) -> None:
    """A client in a `with` block keeps the context of a request, but not its span for the next one."""
    app = make_app()
    app.add_url_rule("/", view_func=lambda: [child(), "ok"][1])
    with captured_spans(app) as spans, app.test_client() as client:
        for _ in range(3):
            assert client.get("/", buffered=is_closed).status_code == 200
            assert not current()
    assert not current()
    assert below(spans) == [is_closed] * 3
    assert len({span.context.trace_id for span in spans}) == 3
    assert {span.parent for span in spans if span.name != "child"} <= {None}
    (_, later) = spans_of(app)
    assert later.parent is None


def test_a_stream_in_a_preserved_context(make_app: MakeApp) -> None:
    """While a client in a `with` block reads a stream, and as it closes it, the span is the current one."""
    app = make_app()

    @app.get("/")
    def view() -> Response:
        response = Response(str(child() or n) for n in range(2))
        response.call_on_close(child)
        return response

    with captured_spans(app) as spans, app.test_client() as client:
        answer = client.get("/")
        assert not current()
        assert [*answer.response] == [b"0", b"1"]
        assert not current()
        answer.close()
        assert not current()
    assert below(spans) == [True] * 3
