"""`captured_spans`: what a test sees of the spans of an app."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask

from flask_baseline import Baseline
from flask_baseline.errors import NotInitializedError
from flask_baseline.testing import captured_spans
from tests.otlp import receiver, refused_url
from tests.waiting import wait_until

from .conftest import MakeApp, place, tracer

ORDER = ["reserve", "POST /orders/<kind>"]


def names(spans: list[Any]) -> list[str]:
    return [span.name for span in spans]


def test_what_is_in_it(make_app: MakeApp) -> None:
    """The spans that end in the block are in the list, in that order, with what they hold; no others."""
    app = make_app()
    place(app)
    with captured_spans(app) as spans:
        place(app)
    place(app)
    assert names(spans) == ORDER
    reserve, request = spans
    assert reserve.parent is not None
    assert request.context is not None
    assert reserve.parent.span_id == request.context.span_id
    assert request.attributes is not None
    assert request.attributes["http.response.status_code"] == 201


def test_a_list_is_read_in_the_block(make_app: MakeApp) -> None:
    """The list grows while the block runs."""
    app = make_app()
    with captured_spans(app) as spans:
        assert spans == []
        place(app)
        assert len(spans) == 2


def test_nested(make_app: MakeApp) -> None:
    """A block in a block sees its own part, and the outer one sees all."""
    app = make_app()
    with captured_spans(app) as outer:
        place(app)
        with captured_spans(app) as inner:
            place(app)
        place(app)
    assert (names(inner), names(outer)) == (ORDER, ORDER * 3)


def test_two_apps(make_app: MakeApp) -> None:
    """Each block sees its own app, also where one is called in the middle of the other."""
    shop, stock = make_app("shop"), make_app("stock")
    shop.add_url_rule("/", "ask", lambda: (place(stock), "done")[1])
    with captured_spans(shop) as of_shop, captured_spans(stock) as of_stock:
        shop.test_client().get("/", buffered=True)
    assert (names(of_shop), names(of_stock)) == (["GET /"], ORDER)
    assert of_shop[0].resource.attributes["service.name"] == "shop"
    assert of_stock[0].resource.attributes["service.name"] == "stock"


def test_threads(make_app: MakeApp) -> None:
    """Requests that run at the same time are all there, whichever thread asks."""
    app = make_app()
    at_once = threading.Barrier(4)

    def ask(_: int) -> None:
        at_once.wait(20)
        place(app)

    with captured_spans(app) as spans, ThreadPoolExecutor(4) as pool:
        [*pool.map(ask, range(40))]
    assert sorted(names(spans)) == sorted(ORDER * 40)


def test_blocks_of_several_threads(make_app: MakeApp) -> None:
    """Blocks that begin and end in several threads at the same time do not lose each other."""
    app = make_app()

    def look(_: int) -> int:
        with captured_spans(app) as spans:
            place(app)
            return len(spans)

    with captured_spans(app) as around, ThreadPoolExecutor(8) as pool:
        assert all(count >= 2 for count in pool.map(look, range(200)))
    assert len(around) == 400
    place(app)
    assert len(around) == 400


def test_an_exception_in_the_block(make_app: MakeApp) -> None:
    """A test that fails in the block leaves nothing behind, and what was seen can be looked at."""
    app = make_app()
    with suppress(ZeroDivisionError), captured_spans(app) as spans:
        place(app)
        _ = 1 / 0
    place(app)
    assert names(spans) == ORDER


@pytest.mark.parametrize("exporter", ["memory", "none", "console", "otlp", "otlp-grpc"])
def test_every_exporter(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, exporter: str) -> None:
    """Whatever is done with spans besides, the block sees them."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", refused_url())
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    app = make_app(TRACING_EXPORTER=exporter, TRACING_ENABLED=True)
    with captured_spans(app) as spans:
        place(app)
    assert names(spans) == ORDER


def test_what_is_captured_is_sent_too(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The collector gets what the block sees."""
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "20")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with receiver() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.http_url)
        app = make_app(TRACING_EXPORTER="otlp")
        with captured_spans(app) as spans:
            place(app)
        wait_until(lambda: len(collector.spans()) == 2)
    assert [span.name for span in collector.spans()] == names(spans)


def test_a_trace_that_is_not_recorded(make_app: MakeApp) -> None:
    """What is left out by the sample ratio, or by the caller, is not seen."""
    app = make_app(TRACING_SAMPLE_RATIO=0)
    with captured_spans(app) as spans:
        place(app)
    assert spans == []
    recorded = {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"}
    with captured_spans(app) as spans:
        app.test_client().post("/orders/book", headers=recorded, buffered=True)
    assert names(spans) == ORDER


def test_a_response_that_is_not_read(make_app: MakeApp) -> None:
    """The span of a request ends with its response, and not before."""
    app = make_app()
    # Else Werkzeug makes one chunk of it, and closes it.
    app.add_url_rule("/stream", "stream", lambda: _chunks())
    with captured_spans(app) as spans:
        response = app.test_client().get("/stream")
        assert spans == []
        response.close()
        assert names(spans) == ["GET /stream"]


def _chunks() -> Iterator[str]:
    yield "one"
    yield "two"


def test_spans_outside_of_a_request(make_app: MakeApp) -> None:
    """A job in an app context is seen, and what the other instrumentation makes of a request too."""
    app = make_app(TRACING_INSTRUMENTOR="opentelemetry")
    with captured_spans(app) as spans:
        with app.app_context(), tracer.start_as_current_span("job"):
            pass
        place(app)
    assert names(spans) == ["job", *ORDER]


def test_an_app_without_traces() -> None:
    """The error names the app, and the key that turns traces on."""
    app = Flask("shop")
    Baseline(app)
    with pytest.raises(NotInitializedError) as error, captured_spans(app):
        pass
    assert str(error.value) == (
        "The feature tracing is off in the app 'shop'. Fix: set BASELINE_TRACING_EXPORTER to memory in "
        "its tests."
    )


def test_an_app_without_baseline() -> None:
    """The error says what is missing."""
    with pytest.raises(NotInitializedError) as error, captured_spans(Flask("shop")):
        pass
    assert str(error.value) == (
        "Baseline is not on the app 'shop'. Fix: call Baseline(app) or baseline.init_app(app) in the factory."
    )
