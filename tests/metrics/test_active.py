"""How many requests are in flight."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Response

from tests.steps import call

from .pages import ask, make_app, value, values

ACTIVE = "http_server_active_requests"


def test_seen_from_inside() -> None:
    """A view sees itself in flight, with its method and scheme, and nobody after it does."""
    app = make_app()
    seen: list[dict[str, float]] = []
    app.add_url_rule("/", view_func=lambda: seen.append(values(app, ACTIVE)) or "", methods=["GET", "PUT"])
    for method in ("GET", "PUT"):
        ask(app, method=method)
    assert seen == [{"GET,http": 1}, {"GET,http": 0, "PUT,http": 1}]
    assert values(app, ACTIVE) == {"GET,http": 0, "PUT,http": 0}


def test_a_stream_is_in_flight_until_it_is_closed() -> None:
    """A streamed response counts while it is sent, also where its client leaves it."""
    app = make_app()

    @app.get("/")
    def stream() -> Response:
        def body() -> Iterator[bytes]:
            yield b"a"
            yield b"b"

        return Response(body())

    read, left = call(app), call(app)
    assert value(app, ACTIVE) == 2
    read.drain()
    next(iter(left.body))
    assert value(app, ACTIVE) == 1
    left.close()
    assert value(app, ACTIVE) == 0


def test_threads() -> None:
    """Requests that wait in other threads are in flight, all of them."""
    app, begun, done = make_app(), threading.Barrier(4), threading.Event()

    @app.get("/")
    def wait() -> str:
        begun.wait(30)
        assert done.wait(30)
        return ""

    threads = [threading.Thread(target=ask, args=(app,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    begun.wait(30)
    assert value(app, ACTIVE) == 3
    done.set()
    for thread in threads:
        thread.join(30)
    assert value(app, ACTIVE) == 0


@pytest.mark.parametrize("features", [("metrics",), ("logging", "tracing", "metrics")], ids=["alone", "all"])
def test_a_view_that_raises(features: tuple[str, ...]) -> None:
    """A request that fails is not in flight any more."""
    app = make_app(features=features)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.add_url_rule("/", view_func=lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call(app)
    assert value(app, ACTIVE) == 0
