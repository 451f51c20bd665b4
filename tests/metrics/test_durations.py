"""How long requests took, and what became of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from flask import Response, abort

from flask_baseline import Baseline
from flask_baseline.testing import captured_spans
from tests.steps import call, flask_of

from .pages import DURATION, ask, make_app, read, scrape, value

COUNT, SUM, BUCKET = f"{DURATION}_count", f"{DURATION}_sum", f"{DURATION}_bucket"


class Boom(Exception):
    """Whatever a view raises."""


def _raise() -> str:
    raise Boom("secret=hunter2")


def _interrupt() -> str:
    raise SystemExit(3)


def _stream(*, fails: bool) -> Callable[[], Response]:
    def body() -> Iterator[bytes]:
        yield b"a"
        if fails:
            raise Boom
        yield b"b"

    return lambda: Response(body())


BOOM = f"{__name__}.Boom"

OUTCOMES: dict[str, tuple[Callable[[], Any], bool, str]] = {
    "success": (lambda: "ok", False, "200,/,"),
    "aborted": (lambda: abort(409), False, "409,/,"),
    "unavailable": (lambda: ("down", 503), False, "503,/,503"),
    "unhandled": (_raise, False, f"500,/,{BOOM}"),
    "handled": (lambda: 1 / 0, False, "502,/,ZeroDivisionError"),
    "handled-as-the-clients": (lambda: {}["key"], False, "400,/,"),
    "propagated": (_raise, True, f"500,/,{BOOM}"),
    # It is gone before anybody can look which rule has matched.
    "exit": (_interrupt, False, "500,,SystemExit"),
    "stream": (_stream(fails=False), False, "200,/,"),
    "stream-that-breaks": (_stream(fails=True), False, f"200,/,{BOOM}"),
    "odd-status": (lambda: Response("tea", status="teapot"), False, ",/,"),
}


@pytest.mark.parametrize(("view", "is_propagated", "series"), OUTCOMES.values(), ids=OUTCOMES)
def test_outcomes(view: Callable[[], Any], is_propagated: bool, series: str) -> None:
    """Each request is counted once, with its status, route and type of error, however it ends."""
    app = make_app()
    app.config.update(PROPAGATE_EXCEPTIONS=is_propagated)
    app.register_error_handler(ZeroDivisionError, lambda _: ("bad gateway", 502))
    app.register_error_handler(KeyError, lambda _: ("no such key", 400))
    app.add_url_rule("/", view_func=view)
    with suppress(Boom, SystemExit):
        call(app).drain()
    labels = ("http_response_status_code", "http_route", "error_type")
    found = [
        (",".join(sample.labels.get(label, "") for label in labels), sample.value)
        for sample in read(scrape(app))
        if sample.name == COUNT
    ]
    assert found == [(series, 1)]
    assert "hunter2" not in scrape(app)


def test_an_app_that_raises_before_flask() -> None:
    """What fails in front of Flask, such as a middleware, is a failure without a route."""

    def broken(_environ: object, _start_response: object) -> list[bytes]:
        raise Boom

    app = flask_of(broken)
    Baseline(app)
    with suppress(Boom):
        call(app).drain()
    assert value(app, COUNT, error_type=BOOM, http_response_status_code="500") == 1


def test_an_earlier_hook_that_aborts() -> None:
    """A request that another extension's hook ends is counted under its route."""
    app = make_app()
    app.before_request(lambda: abort(401))
    app.add_url_rule("/orders/<id>", view_func=lambda id: "ok")
    ask(app, "/orders/7")
    assert value(app, COUNT, http_response_status_code="401", http_route="/orders/<id>") == 1


def test_a_stream_is_timed_to_its_end() -> None:
    """A streamed response takes as long as its body, and not as long as its view."""
    app = make_app()

    @app.get("/")
    def stream() -> Response:
        def body() -> Iterator[bytes]:
            yield b"a"
            time.sleep(0.1)
            yield b"b"

        return Response(body())

    ask(app)
    assert 0.1 <= value(app, SUM) < 10


@pytest.mark.parametrize("chunks", [0, 1])
def test_a_client_that_leaves(chunks: int) -> None:
    """A stream that its client leaves is counted with what it was, when it is closed."""
    app = make_app()
    app.add_url_rule("/", view_func=_stream(fails=False))
    answer = call(app)
    for _ in zip(range(chunks), answer.body, strict=False):
        pass
    with pytest.raises(KeyError):
        value(app, COUNT)
    answer.close()
    answer.close()
    assert value(app, COUNT, http_response_status_code="200") == 1


def test_as_long_as_the_span() -> None:
    """A duration is that of the request's span, to the rounding of a second's fraction."""
    app = make_app(features=("tracing", "metrics"))
    app.add_url_rule("/", view_func=lambda: time.sleep(0.02) or "")
    with captured_spans(app) as spans:
        ask(app)
    (span,) = spans
    assert span.start_time is not None
    assert span.end_time is not None
    assert value(app, SUM) == pytest.approx((span.end_time - span.start_time) / 1e9, abs=1e-6)


def test_the_default_buckets() -> None:
    """Buckets are those of OpenTelemetry's conventions, each with what is as long or shorter."""
    app = make_app()
    ask(app)
    buckets = {sample.labels["le"]: sample.value for sample in read(scrape(app)) if sample.name == BUCKET}
    limits = "0.005 0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1.0 2.5 5.0 7.5 10.0 +Inf".split()
    assert [*buckets] == limits
    assert [*buckets.values()] == sorted(buckets.values())
    assert buckets["+Inf"] == 1


def test_other_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """`BASELINE_METRICS_BUCKETS` sets the limits, and a limit is part of its bucket."""
    app = make_app(buckets=(0.25, 1, 30))
    elapsed = iter([0.25, 0.5, 1.0, 2.0, 100.0])
    # 0.25 is exact in floating point, so that a clock can be made to hit the limit.
    monkeypatch.setattr("flask_baseline._exchange.perf_counter_ns", _clock(elapsed))
    for _ in range(5):
        ask(app)
    buckets = {sample.labels["le"]: sample.value for sample in read(scrape(app)) if sample.name == BUCKET}
    assert buckets == {"0.25": 1, "1.0": 3, "30.0": 4, "+Inf": 5}
    assert value(app, SUM) == 103.75


def _clock(elapsed: Iterator[float]) -> Callable[[], int]:
    """Return a clock that is asked twice for each request."""
    times = (moment for seconds in elapsed for moment in (0, int(seconds * 1e9)))
    return lambda: next(times)


def test_many_threads() -> None:
    """Requests of many threads are all counted."""
    app = make_app()
    app.add_url_rule("/<int:id>", view_func=lambda id: "ok")
    with ThreadPoolExecutor(8) as pool:
        responses = [*pool.map(lambda number: ask(app, f"/{number}"), range(400))]
    assert {response.status_code for response in responses} == {200}
    assert value(app, COUNT) == 400
    assert value(app, "http_server_active_requests") == 0
