"""What an app does with the span of its request keeps what OpenTelemetry's own span would keep."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Span, SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from flask_baseline import Baseline

from .conftest import MakeApp, spans_of

Use = Callable[[Span], object]

ELSEWHERE = SpanContext(1, 2, is_remote=True, trace_flags=TraceFlags(1))
NOWHERE = SpanContext(0, 0, is_remote=True)
STATED = SpanContext(0, 0, is_remote=True, trace_state=TraceState([("a", "b")]))

USES: dict[str, Use] = {
    "nothing": lambda span: None,
    "attribute": lambda span: span.set_attribute("order.kind", "gift"),
    "attributes": lambda span: span.set_attributes(
        {"a": 1, "b": 2.5, "c": True, "d": ["x", "y"], "e": (1, 2)}
    ),
    "the same again": lambda span: [span.set_attribute("n", n) for n in (1, 2, 3)],
    "no value": lambda span: span.set_attribute("n", cast(Any, None)),
    "value of a class": lambda span: span.set_attribute("n", cast(Any, object)),
    "bytes": lambda span: span.set_attribute("n", cast(Any, b"caf\xc3\xa9")),
    "bytes that are no text": lambda span: span.set_attribute("n", cast(Any, b"\xff")),
    "mixed list": lambda span: span.set_attribute("n", cast(Any, ["a", 1])),
    "list with none": lambda span: span.set_attribute("n", cast(Any, ["a", None])),
    "empty list": lambda span: span.set_attribute("n", []),
    "table": lambda span: span.set_attribute("n", cast(Any, {"a": {"b": 1}})),
    "lone surrogate": lambda span: span.set_attribute("n", "\ud800"),
    "key of no length": lambda span: span.set_attribute("", 1),
    "key that is no text": lambda span: span.set_attribute(cast(Any, 7), 1),
    "no attributes": lambda span: span.set_attributes({}),
    "many attributes": lambda span: span.set_attributes({f"k{n}": n for n in range(300)}),
    "long attribute": lambda span: span.set_attribute("n", "x" * 100_000),
    "event": lambda span: span.add_event("packed", {"boxes": 2}, 7),
    "event at the epoch": lambda span: span.add_event("packed", timestamp=0),
    "event with wrong attributes": lambda span: span.add_event("packed", cast(Any, {"a": object, 1: 2}), 7),
    "many events": lambda span: [span.add_event(f"e{n}", timestamp=7) for n in range(300)],
    "event of many attributes": lambda span: span.add_event("e", {f"k{n}": n for n in range(300)}, 7),
    "link": lambda span: span.add_link(ELSEWHERE, {"why": "batch"}),
    "link of many attributes": lambda span: span.add_link(ELSEWHERE, {f"k{n}": n for n in range(300)}),
    "link with wrong attributes": lambda span: span.add_link(ELSEWHERE, cast(Any, {"a": object, 1: 2})),
    "link to nowhere": lambda span: span.add_link(NOWHERE),
    "link to nowhere with attributes": lambda span: span.add_link(NOWHERE, {"why": "batch"}),
    "link to nowhere with a state": lambda span: span.add_link(STATED),
    "link to none": lambda span: span.add_link(cast(Any, None)),
    "many links": lambda span: [span.add_link(ELSEWHERE, {"n": n}) for n in range(300)],
    "name": lambda span: span.update_name("checkout"),
    "status": lambda span: span.set_status(StatusCode.ERROR, "sold out"),
    "status as an object": lambda span: span.set_status(Status(StatusCode.ERROR, "sold out")),
    "OK is final": lambda span: [span.set_status(code) for code in (StatusCode.OK, StatusCode.ERROR)],
    "no status is taken back": lambda span: [
        span.set_status(code) for code in (StatusCode.ERROR, StatusCode.UNSET)
    ],
    "an error may be mended": lambda span: [
        span.set_status(code) for code in (StatusCode.ERROR, StatusCode.OK)
    ],
    "two errors": lambda span: [span.set_status(StatusCode.ERROR, text) for text in ("first", "second")],
    "OK with a description": lambda span: span.set_status(StatusCode.OK, "fine"),
    "status that is a text": lambda span: span.set_status(cast(Any, "ERROR")),
    "status that is none": lambda span: span.set_status(cast(Any, None)),
}

LIMITS: dict[str, dict[str, str]] = {
    "default": {},
    "length": {"OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT": "3"},
    "length of a span's": {"OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT": "3"},
    "count": {"OTEL_ATTRIBUTE_COUNT_LIMIT": "20"},
    "each": {
        "OTEL_SPAN_EVENT_COUNT_LIMIT": "1",
        "OTEL_SPAN_LINK_COUNT_LIMIT": "1",
        "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT": "1",
        "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT": "1",
    },
    "zero": {"OTEL_SPAN_EVENT_COUNT_LIMIT": "0", "OTEL_SPAN_LINK_COUNT_LIMIT": "0"},
    "none": {"OTEL_SPAN_EVENT_COUNT_LIMIT": "", "OTEL_SPAN_LINK_COUNT_LIMIT": ""},
}


def sdk_span(use: Use) -> tuple[ReadableSpan, object]:
    """Return what OpenTelemetry's span becomes, and what can be read from it before."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("shop").start_as_current_span("GET /", kind=SpanKind.SERVER) as span:
        span.set_attributes(OURS)
        use(span)
        read = readable(span)
    return exporter.get_finished_spans()[0], read


OURS = {
    "http.request.method": "GET",
    "url.path": "/",
    "url.scheme": "http",
    "http.response.status_code": 200,
    "http.route": "/",
    "server.address": "localhost",
    "network.protocol.version": "1.1",
}


def kept(span: ReadableSpan) -> dict[str, object]:
    """Return what a span keeps of what an app may set."""
    return {
        "name": span.name,
        "kind": span.kind,
        "status": (span.status.status_code, span.status.description),
        "attributes": dict(span.attributes or {}),
        "events": [(event.name, dict(event.attributes or {}), event.timestamp) for event in span.events],
        "links": [(link.context, dict(link.attributes or {})) for link in span.links],
        "dropped": (span.dropped_attributes, span.dropped_events, span.dropped_links),
    }


def readable(span: Any) -> object:
    """Return what an app or a library may read of the current span, but for the attributes of a request."""
    given = {key: value for key, value in span.attributes.items() if key not in OURS}
    return (
        span.kind,
        given,
        [event.name for event in span.events],
        [link.context for link in span.links],
        span.status.status_code,
        span.is_recording(),
        span.parent,
    )


@pytest.mark.parametrize(
    ("use", "limits"),
    # A newer SDK makes a text of an object, and does not cut it.
    [(use, of) for use in USES for of in LIMITS if use != "value of a class" or "length" not in of],
)
def test_it_keeps_what_the_sdk_keeps(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, use: str, limits: str
) -> None:
    """The exported span has the same name, status, attributes, events and links, under the same limits."""
    for name, value in LIMITS[limits].items():
        monkeypatch.setenv(name, value)
    app = make_app()
    seen: list[object] = []

    @app.get("/")
    def view() -> str:
        USES[use](trace.get_current_span())
        seen.append(readable(trace.get_current_span()))
        return "ok"

    (ours,) = spans_of(app)
    theirs, read = sdk_span(USES[use])
    assert kept(ours) == kept(theirs)
    assert seen == [read]


@pytest.mark.parametrize("count", [0, 1, 4])
def test_a_limit_holds_for_our_own_attributes(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    """A span holds no more attributes than the limit, whoever has set them."""
    monkeypatch.setenv("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", str(count))
    (span,) = spans_of(make_app())
    assert (len(span.attributes or {}), span.dropped_attributes) == (count, 6 - count)


def test_what_the_app_sets_wins(make_app: MakeApp) -> None:
    """A name, a status and attributes of the app's stay, also where the request fails."""
    app = make_app()

    @app.get("/")
    def view() -> tuple[str, int]:
        span = trace.get_current_span()
        span.update_name("checkout")
        span.set_status(StatusCode.ERROR, "sold out")
        span.set_attributes({"error.type": "sold_out", "url.path": "/hidden"})
        return "no", 503

    (span,) = spans_of(app)
    assert (span.name, span.status.description) == ("checkout", "sold out")
    attributes = span.attributes or {}
    assert (attributes["error.type"], attributes["url.path"]) == ("sold_out", "/hidden")


def test_end_is_of_the_edge(make_app: MakeApp) -> None:
    """An app that ends the span does not end it: the response is still to come."""
    app = make_app()

    @app.get("/")
    def view() -> str:
        with trace.use_span(trace.get_current_span(), end_on_exit=True):
            pass
        trace.get_current_span().end()
        trace.get_current_span().set_attribute("after", "the end")
        return "ok"

    (span,) = spans_of(app)
    assert (span.attributes or {})["after"] == "the end"
    assert (span.attributes or {})["http.response.status_code"] == 200


def test_after_the_request(make_app: MakeApp, caplog: pytest.LogCaptureFixture) -> None:
    """A thread that outlives its request changes nothing of what has been sent."""
    app = make_app()
    left: list[Callable[[], object]] = []

    def late() -> bool:
        span = trace.get_current_span()
        span.set_attribute("late", 1)
        span.add_event("late")
        span.add_link(ELSEWHERE)
        span.update_name("late")
        span.set_status(StatusCode.ERROR)
        return span.is_recording()

    app.add_url_rule("/", view_func=lambda: [left.append(Baseline.propagate(late)), "ok"][1])
    (span,) = spans_of(app)
    before = kept(span)
    with caplog.at_level(logging.ERROR), ThreadPoolExecutor(1) as pool:
        assert pool.submit(left[0]).result() is False
    assert kept(span) == before
    assert not caplog.records


def test_many_threads(make_app: MakeApp) -> None:
    """Nothing is lost of what several threads of one request set at the same time."""
    app = make_app()

    def work(number: int) -> None:
        span = trace.get_current_span()
        span.set_attribute(f"n{number}", number)
        span.add_event(f"e{number}")
        span.add_link(ELSEWHERE, {"n": number})

    @app.get("/")
    def view() -> str:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(Baseline.propagate(work), range(64)))
        return "ok"

    for _ in range(10):
        (span,) = spans_of(app)
        assert (
            sum(key.startswith("n") and key != "network.protocol.version" for key in span.attributes or {})
            == 64
        )
        assert (len(span.events), len(span.links)) == (64, 64)
