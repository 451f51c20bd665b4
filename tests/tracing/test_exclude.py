"""Endpoints that have no spans."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask
from opentelemetry import trace

from .conftest import TRACEPARENT, MakeApp, spans_of, tracer

EXCLUDED = ("static", "admin.*", "ping")


def with_routes(app: Flask) -> Flask:
    """Return *app* with routes, each with a span below that of its request."""

    def view() -> str:
        with tracer.start_as_current_span("child"):
            return "ok"

    admin = Blueprint("admin", __name__, url_prefix="/admin")
    admin.add_url_rule("/users", "users", view)
    app.register_blueprint(admin)
    app.add_url_rule("/ping", "ping", view)
    app.add_url_rule("/pingpong", "pingpong", view)
    return app


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/ping", []),
        ("/admin/users", []),
        ("/static/none.css", []),
        ("/pingpong", ["child", "GET /pingpong"]),
        ("/admin/none", ["GET"]),
    ],
)
@pytest.mark.parametrize("sampler", ["", "always_on", "traceidratio", "parentbased_always_on"])
@pytest.mark.parametrize("caller", [True, False], ids=["called", "alone"])
def test_neither_they_nor_what_is_below(
    make_app: MakeApp,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    names: list[str],
    sampler: str,
    caller: bool,
) -> None:
    """A request of an endpoint in the list leaves no span, nor do its calls, whatever samples them."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    app = with_routes(make_app(exclude=EXCLUDED))
    for _ in range(2):
        spans = spans_of(app, path, **({"HTTP_TRACEPARENT": TRACEPARENT} if caller else {}))
        assert [span.name for span in spans] == names


@pytest.mark.parametrize("sampler", ["", "always_on"])
def test_the_trace_goes_on(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, sampler: str) -> None:
    """What is left out has the ids of its trace, for log lines and for what it calls, and is not sampled."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    app = make_app(exclude=("ping",))
    seen: list[trace.SpanContext] = []

    @app.get("/ping")
    def ping() -> str:
        seen.append(trace.get_current_span().get_span_context())
        with tracer.start_as_current_span("child") as child:
            seen.append(child.get_span_context())
        trace.get_current_span().set_attribute("nobody", "sees")
        return "ok"

    assert spans_of(app, "/ping", HTTP_TRACEPARENT=TRACEPARENT) == []
    request, child = seen
    assert f"{request.trace_id:032x}" in TRACEPARENT
    assert child.trace_id == request.trace_id
    assert (request.trace_flags, child.trace_flags) == (0, 0)


def test_the_next_request(make_app: MakeApp) -> None:
    """What is left out leaves nothing behind, also in the preserved context of a test's client."""
    app = with_routes(make_app(exclude=("ping",)))
    with app.test_client() as client:
        assert client.get("/ping").text == "ok"
        assert not trace.get_current_span().get_span_context().is_valid
        assert len(spans_of(app, "/pingpong")) == 2
