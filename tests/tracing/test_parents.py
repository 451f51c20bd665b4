"""Whose trace a request continues: what its headers say, and how far they are believed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentelemetry import baggage, propagate, trace
from opentelemetry.context import Context
from opentelemetry.propagators.textmap import CarrierT, Getter, Setter, TextMapPropagator, default_getter
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, TraceFlags, TraceState

from flask_baseline.testing import captured_spans
from tests.steps import call

from .conftest import PARENT_ID, TRACE_ID, TRACEPARENT, UNSAMPLED, MakeApp, ids, run, spans_of, tracer

HEADERS = {
    "HTTP_TRACEPARENT": TRACEPARENT,
    "HTTP_TRACESTATE": "vendor=1,other=2",
    "HTTP_BAGGAGE": "tenant=acme",
}


def test_the_trace_of_the_headers_goes_on(make_app: MakeApp) -> None:
    """A request is in the trace of its caller, with its state, and its baggage is there for the view."""
    app = make_app()
    app.add_url_rule("/", view_func=lambda: str(baggage.get_baggage("tenant")))
    with captured_spans(app) as spans:
        assert call(app, **HEADERS).drain() == b"acme"
    assert ids(spans[0])[0::2] == (TRACE_ID, PARENT_ID)
    assert spans[0].parent is not None
    assert spans[0].parent.is_remote
    assert dict(spans[0].context.trace_state) == {"vendor": "1", "other": "2"}
    assert spans[0].links == ()


@pytest.mark.parametrize("traceparent", [TRACEPARENT, UNSAMPLED], ids=["sampled", "unsampled"])
def test_a_caller_that_is_not_trusted(make_app: MakeApp, traceparent: str) -> None:
    """The trace is new, with a link to the caller's, who decides nothing; its baggage is dropped."""
    app = make_app(trust_parent=False)
    app.add_url_rule("/", view_func=lambda: str(baggage.get_baggage("tenant")))
    with captured_spans(app) as spans:
        assert call(app, **HEADERS | {"HTTP_TRACEPARENT": traceparent}).drain() == b"None"
    trace_id, _, parent_id = ids(spans[0])
    assert trace_id != TRACE_ID
    assert parent_id is None
    assert not spans[0].context.trace_state
    (link,) = spans[0].links
    assert f"{link.context.trace_id:032x}" == TRACE_ID


def test_baggage_alone_is_not_trusted_either(make_app: MakeApp) -> None:
    """A caller that names no trace has no say about the baggage."""
    app = make_app(trust_parent=False)
    app.add_url_rule("/", view_func=lambda: str(baggage.get_baggage("tenant")))
    assert call(app, HTTP_BAGGAGE="tenant=acme").drain() == b"None"


def test_no_caller(make_app: MakeApp) -> None:
    """A request without a trace begins one, and the next one another."""
    app = make_app()
    (first,), (second,) = spans_of(app), spans_of(app)
    assert first.parent is None
    assert first.context.trace_id != second.context.trace_id


@pytest.mark.parametrize("trust_parent", [True, False], ids=["trusted", "not-trusted"])
def test_a_caller_in_the_process(make_app: MakeApp, trust_parent: bool) -> None:
    """Below a span of this process a request is an internal part of it, whatever its headers say."""
    app = make_app(trust_parent=trust_parent)
    with captured_spans(app) as spans, app.app_context(), tracer.start_as_current_span("outer") as outer:
        call(app, **HEADERS).drain()
    (request, _) = spans
    assert request.parent == outer.get_span_context()
    assert (request.kind, request.name) == (SpanKind.INTERNAL, "GET")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTP_TRACEPARENT", value)
        for value in (
            "",
            "-",
            "00-" + "0" * 32 + f"-{PARENT_ID}-01",
            f"00-{TRACE_ID}-{'0' * 16}-01",
            f"ff-{TRACE_ID}-{PARENT_ID}-01",
            f"00-{TRACE_ID}-{PARENT_ID}-01-more",
            f"00-{TRACE_ID}-{PARENT_ID}",
            f"{TRACEPARENT},{TRACEPARENT}",
            f"00-{TRACE_ID.upper()}-{PARENT_ID}-01",
            TRACEPARENT * 1000,
            "\u00ff\u00fe\x00",
        )
    ]
    + [
        (name, value)
        for name in ("HTTP_TRACESTATE", "HTTP_BAGGAGE")
        for value in ("", "=", ",,,", "%ff=%ff", "\xff")
    ]
    + [
        ("HTTP_BAGGAGE", "a=" + "x" * 100_000),
        ("HTTP_TRACESTATE", ",".join(f"k{n}=1" for n in range(10_000))),
    ],
    ids=lambda value: repr(value)[:48],
)
def test_headers_that_are_wrong(make_app: MakeApp, name: str, value: str) -> None:
    """A header that cannot be read is ignored: the request is answered, and has a span of its own."""
    app = make_app()
    app.add_url_rule("/", view_func=lambda: "ok")
    with captured_spans(app) as spans:
        assert call(app, **{"HTTP_TRACEPARENT": TRACEPARENT, name: value}).drain() == b"ok"
    assert (spans[0].parent is None) is (name == "HTTP_TRACEPARENT")


@pytest.fixture
def recording_app(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Return an app that records every request."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    return make_app()


HEADER_LOGGERS = ("opentelemetry.baggage", "opentelemetry.trace")

latin = st.text(st.characters(max_codepoint=255), max_size=80)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    traceparent=latin | st.from_regex(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}.?", fullmatch=True),
    tracestate=latin | st.from_regex(r"([a-z]{1,3}=.{0,5},?){0,40}"),
    items=latin | st.from_regex(r"([a-z%]{0,3}=.{0,5}[,;]?){0,200}"),
)
def test_any_headers(
    recording_app: Flask, caplog: pytest.LogCaptureFixture, traceparent: str, tracestate: str, items: str
) -> None:
    """Whatever the three headers hold, the request has one span, and no line is logged for the client."""
    environ: dict[str, object] = {
        "HTTP_TRACEPARENT": traceparent,
        "HTTP_TRACESTATE": tracestate,
        "HTTP_BAGGAGE": items,
    }
    assert len(spans_of(recording_app, **environ)) == 1
    assert [record for record in caplog.records if record.name.startswith(HEADER_LOGGERS)] == []


def test_lines_of_the_apps_own_baggage(make_app: MakeApp, caplog: pytest.LogCaptureFixture) -> None:
    """What OpenTelemetry says of a state that the app itself sets is still logged."""
    app = make_app()
    app.add_url_rule("/", view_func=lambda: str(len(TraceState([("NOT A KEY", "1")]))))
    spans_of(app, HTTP_TRACEPARENT=TRACEPARENT)
    assert len(caplog.messages) == 1


class OddPropagator(TextMapPropagator):
    """Reads a header that it does not tell of, as those of Zipkin's B3 do."""

    fields = {"x-one"}  # noqa: RUF012

    def extract(
        self, carrier: CarrierT, context: Context | None = None, getter: Getter[CarrierT] = default_getter
    ) -> Context:
        """Read ``X-Other``."""
        assert "x-other" in getter.keys(carrier)
        values: list[str] = getter.get(carrier, "X-Other") or []
        assert getter.get(carrier, "X-One") is None
        own = SpanContext(int(values[0]), 2, is_remote=True, trace_flags=TraceFlags(1))
        return trace.set_span_in_context(NonRecordingSpan(own), context)

    def inject(
        self, carrier: CarrierT, context: Context | None = None, setter: Setter[CarrierT] | Any = None
    ) -> None:
        """Write nothing."""


@pytest.fixture
def odd_propagator() -> Iterator[None]:
    """Let the process use it."""
    before = propagate.get_global_textmap()
    propagate.set_global_textmap(OddPropagator())
    yield
    propagate.set_global_textmap(before)


@pytest.mark.usefixtures("odd_propagator")
def test_a_propagator_of_the_operator(make_app: MakeApp) -> None:
    """A propagator that is not OpenTelemetry's own gets to see all headers."""
    (span,) = spans_of(make_app(), HTTP_X_OTHER="77", HTTP_TRACEPARENT=TRACEPARENT)
    assert (span.context.trace_id, span.parent and span.parent.span_id) == (77, 2)


PROPAGATORS = """
from tests.tracing.conftest import *
from opentelemetry import baggage
app = Flask("shop")
app.config["BASELINE_TRACING_EXPORTER"] = "memory"
Baseline(app, features=TRACING)
app.add_url_rule("/", view_func=lambda: str(baggage.get_baggage("tenant")))
with captured_spans(app) as spans:
    body = call(app, HTTP_TRACEPARENT=TRACEPARENT, HTTP_BAGGAGE="tenant=acme").drain().decode()
print(spans[0].parent is not None, body)
"""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("tracecontext,baggage", "True acme"),
        ("tracecontext", "True None"),
        ("baggage", "False acme"),
        ("none", "False None"),
    ],
)
def test_otel_propagators(value: str, expected: str) -> None:
    """`OTEL_PROPAGATORS` says which headers are read."""
    assert run(PROPAGATORS, OTEL_PROPAGATORS=value).stdout.strip() == expected
