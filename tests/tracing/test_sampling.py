"""Which requests are recorded: by a ratio, by OpenTelemetry's variables, or as the caller says."""

from __future__ import annotations

import random

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import SpanKind

from flask_baseline import ConfigError
from flask_baseline.testing import captured_spans
from flask_baseline.tracing.sampling import is_in, limit_of
from tests.steps import call

from .conftest import TRACE_ID, TRACEPARENT, UNSAMPLED, MakeApp, spans_of, tracer


@pytest.mark.parametrize("ratio", [0.0, 1e-9, 0.1, 0.5, 0.999, 1.0])
def test_the_ratio_is_open_telemetrys(ratio: float) -> None:
    """All services of a trace decide alike: by its id, as the SDK's sampler does."""
    sampler, numbers = TraceIdRatioBased(ratio), random.Random(7)  # noqa: S311
    edges = [
        0,
        1,
        2**63 - 1,
        2**63,
        2**64 - 1,
        2**64,
        2**128 - 1,
        limit_of(ratio),
        max(0, limit_of(ratio) - 1),
    ]
    for trace_id in [*edges, *(numbers.getrandbits(128) for _ in range(2000))]:
        decided = sampler.should_sample(None, trace_id, "GET", SpanKind.SERVER, {}, ()).decision.is_sampled()
        assert is_in(trace_id, limit_of(ratio)) is decided, trace_id


@pytest.mark.parametrize(("ratio", "least", "most"), [(0, 0, 0), (0.5, 60, 140), (1, 200, 200)])
def test_the_ratio_of_requests(make_app: MakeApp, ratio: float, least: int, most: int) -> None:
    """About as many requests are recorded as the ratio says."""
    app = make_app(sample_ratio=ratio)
    assert least <= sum(len(spans_of(app)) for _ in range(200)) <= most


@pytest.mark.parametrize("ratio", [0, 1])
@pytest.mark.parametrize(("traceparent", "count"), [(TRACEPARENT, 2), (UNSAMPLED, 0)])
def test_the_caller_decides(make_app: MakeApp, ratio: float, traceparent: str, count: int) -> None:
    """A trace that began elsewhere is recorded as its headers say, with all that is below it."""
    app = make_app(sample_ratio=ratio)

    @app.get("/")
    def view() -> str:
        with tracer.start_as_current_span("child"):
            return "ok"

    assert len(spans_of(app, HTTP_TRACEPARENT=traceparent)) == count


def test_what_is_not_recorded_has_ids(make_app: MakeApp) -> None:
    """A request that is not recorded has the ids of its trace all the same, and calls carry them on."""
    app = make_app(sample_ratio=0)
    seen = []

    @app.get("/")
    def view() -> str:
        request = trace.get_current_span()
        with tracer.start_as_current_span("child") as child:
            seen.append((request.get_span_context(), child.get_span_context(), request.is_recording()))
        assert request.get_span_context() == seen[-1][0]
        return "ok"

    assert spans_of(app) == []
    assert spans_of(app, HTTP_TRACEPARENT=UNSAMPLED, HTTP_TRACESTATE="vendor=1") == []
    for request, child, is_recording in seen:
        assert request.is_valid
        assert child.trace_id == request.trace_id
        assert (request.trace_flags, child.trace_flags, is_recording) == (0, 0, False)
    assert f"{seen[1][0].trace_id:032x}" == TRACE_ID
    assert seen[1][0].trace_state.get("vendor") == "1"


@pytest.mark.parametrize(
    ("sampler", "argument", "own", "sampled", "unsampled"),
    [
        ("always_on", "", 2, 2, 2),
        ("always_off", "", 0, 0, 0),
        ("traceidratio", "0", 0, 0, 0),
        ("traceidratio", "1", 2, 2, 2),
        ("parentbased_always_on", "", 2, 2, 0),
        ("parentbased_always_off", "", 0, 2, 0),
        ("parentbased_traceidratio", "0.0", 0, 2, 0),
        ("parentbased_traceidratio", "1.0", 2, 2, 0),
    ],
)
def test_open_telemetrys_variable(
    make_app: MakeApp,
    monkeypatch: pytest.MonkeyPatch,
    sampler: str,
    argument: str,
    own: int,
    sampled: int,
    unsampled: int,
) -> None:
    """`OTEL_TRACES_SAMPLER` decides on requests, and on what is below them, as the SDK does."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", argument)
    app = make_app()

    @app.get("/")
    def view() -> str:
        with tracer.start_as_current_span("child"):
            return "ok"

    assert len(spans_of(app)) == own
    assert len(spans_of(app, HTTP_TRACEPARENT=TRACEPARENT)) == sampled
    assert len(spans_of(app, HTTP_TRACEPARENT=UNSAMPLED)) == unsampled


def test_an_empty_variable_is_none(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty `OTEL_TRACES_SAMPLER` says nothing."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", " ")
    assert len(spans_of(make_app())) == 1


def test_the_ids_of_what_a_sampler_refuses(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that the operator's sampler refuses has ids for its log lines."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    app = make_app()
    app.add_url_rule("/", view_func=lambda: str(trace.get_current_span().get_span_context().is_valid))
    with captured_spans(app) as spans:
        assert call(app).drain() == b"True"
    assert spans == []


@pytest.mark.parametrize("ratio", [-0.1, 1.1, "much", True])
def test_a_ratio_that_is_none(make_app: MakeApp, ratio: object) -> None:
    """A ratio that is not from 0 to 1 is refused."""
    with pytest.raises(ConfigError, match="BASELINE_TRACING_SAMPLE_RATIO"):
        make_app(sample_ratio=ratio)


def test_a_ratio_and_the_variable(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable and the setting cannot both decide."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    with pytest.raises(ConfigError) as error:
        make_app(sample_ratio=0.5)
    assert str(error.value).splitlines()[1:] == [
        "  BASELINE_TRACING_SAMPLE_RATIO (app.config): contradicts OTEL_TRACES_SAMPLER. "
        "Fix: remove one of the two."
    ]
