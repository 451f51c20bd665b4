"""The steps around a request: when they run, what they see, and what their errors do not do."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import pytest
from flask import Flask, abort

from flask_baseline._edge import Edge
from flask_baseline._exchange import Exchange
from flask_baseline._tallies import FAILED_STEPS, Tallies

from .steps import call, flask_of, watch


def _app() -> Flask:
    app = Flask("shop")
    app.add_url_rule("/", view_func=lambda: "hello")
    return app


def _break(*_: object) -> None:
    raise LookupError("a broken step")


@pytest.mark.parametrize("kind", ["begin", "respond", "finish"])
@pytest.mark.parametrize("step", [_break, partial(_break)], ids=["function", "partial"])
def test_a_broken_step_costs_a_log_line(
    caplog: pytest.LogCaptureFixture, kind: str, step: Callable[..., None]
) -> None:
    """A step that raises changes no answer, is logged once, counted each time, and stops no other."""
    others: list[object] = []
    steps: Any = {kind: (step, lambda *_: others.append(kind))}
    watched = watch(_app(), **steps)
    for _ in range(3):
        answer = call(watched.app)
        assert answer.drain() == b"hello"
        assert [status for status, _ in answer.started] == ["200 OK"]
    failures = {name: count for name, count in watched.edge.tallies.of(FAILED_STEPS).items() if count}
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("flask_baseline.edge", logging.ERROR)
    assert record.exc_info is not None
    assert record.exc_info[0] is LookupError
    assert failures == dict.fromkeys(record.args or (), 3)
    assert others == [kind] * 3
    assert len(watched.ended) == 3


def test_order_of_the_steps() -> None:
    """Begin steps run before the app, respond steps at its status, finish steps after its last byte."""
    seen: list[str] = []
    app = Flask("shop")

    @app.get("/")
    def stream() -> Iterator[bytes]:
        seen.append("first byte")
        yield b"a"
        seen.append("last byte")
        yield b"b"

    app.before_request(lambda: seen.append("app"))
    watch(
        app,
        begin=(lambda _: seen.append("begin 1"), lambda _: seen.append("begin 2")),
        respond=(lambda *_: seen.append("respond 1"), lambda *_: seen.append("respond 2")),
        finish=(lambda _: seen.append("finish 2"), lambda _: seen.append("finish 1")),
    )
    call(app).drain()
    assert seen == [
        *("begin 1", "begin 2", "app", "respond 1", "respond 2"),
        *("first byte", "last byte", "finish 2", "finish 1"),
    ]


class Body:
    """A body that notes how often it was closed, and may break while it is read or closed."""

    def __init__(self, *, reading: bool = False, iterating: bool = False, closing: bool = False) -> None:
        self.reading, self.iterating, self.closing = reading, iterating, closing
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        if self.iterating:
            raise LookupError("before the first chunk")
        return self._chunks()

    def _chunks(self) -> Iterator[bytes]:
        yield b"abc"
        if self.reading:
            raise LookupError("half-way")
        yield b"defg"

    def close(self) -> None:
        self.closed += 1
        if self.closing:
            raise LookupError("while closing")


BODIES = {
    "read-to-the-end": (Body(), None, 7, False),
    "client-left": (Body(), 1, 3, False),
    "nothing-read": (Body(), 0, 0, False),
    "raises-half-way": (Body(reading=True), None, 3, True),
    "raises-at-iter": (Body(iterating=True), None, 0, True),
    "raises-at-close": (Body(closing=True), None, 7, True),
}


@pytest.mark.parametrize(("body", "chunks", "size", "is_broken"), BODIES.values(), ids=BODIES)
def test_every_body_ends_its_exchange_once(
    body: Body, chunks: int | None, size: int, is_broken: bool
) -> None:
    """However a body ends, it is closed once, the finish steps run once, and what was sent is counted."""

    def inner(_environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
        start_response("200 OK", [])
        return body

    watched = watch(flask_of(inner))
    with pytest.raises(LookupError) if is_broken else contextlib.nullcontext():
        answer = call(watched.app)
        if chunks is None:
            answer.drain()
        else:
            for _ in zip(range(chunks), answer.body, strict=False):
                pass
            answer.close()
    (exchange,) = watched.ended
    assert body.closed == 1
    assert (exchange.status, exchange.body_size) == (200, size)
    assert exchange.is_unlogged is is_broken
    assert isinstance(exchange.error, LookupError) is is_broken


def test_closed_twice() -> None:
    """A server that closes twice gets one end."""
    watched = watch(_app())
    answer = call(watched.app)
    answer.close()
    answer.close()
    assert len(watched.ended) == 1


def test_an_app_that_raises_before_it_answers() -> None:
    """What leaves the app before there is a status counts as a 500, and reaches the server as it is."""

    def inner(_environ: object, _start_response: object) -> Iterable[bytes]:
        raise LookupError("at once")

    watched = watch(flask_of(inner))
    with pytest.raises(LookupError, match="at once"):
        call(watched.app)
    (exchange,) = watched.ended
    assert (exchange.status, exchange.is_unlogged, exchange.route) == (500, True, None)
    assert isinstance(exchange.error, LookupError)


def _failing(error: BaseException) -> Callable[[], str]:
    def view() -> str:
        raise error

    return view


OUTCOMES = {
    "unhandled": (_failing(KeyError("x")), False, (500, KeyError, False)),
    "handled": (_failing(ZeroDivisionError()), False, (418, None, False)),
    "aborted": (lambda: abort(409), False, (409, None, False)),
    "propagated": (_failing(KeyError("x")), True, (500, KeyError, True)),
    "system-exit": (_failing(SystemExit(3)), False, (500, SystemExit, True)),
}


@pytest.mark.parametrize(("view", "is_propagated", "outcome"), OUTCOMES.values(), ids=OUTCOMES)
def test_what_is_known_of_an_error(
    view: Callable[[], str], is_propagated: bool, outcome: tuple[int, type[BaseException] | None, bool]
) -> None:
    """The exchange has the status, the error that nobody handled, and whether it left the app."""
    app = Flask("shop")
    app.config["PROPAGATE_EXCEPTIONS"] = is_propagated
    app.add_url_rule("/", view_func=view)
    app.register_error_handler(ZeroDivisionError, lambda _: ("teapot", 418))
    watched = watch(app)
    status, error, is_unlogged = outcome
    with pytest.raises(error) if is_unlogged and error else contextlib.nullcontext():
        assert call(app).drain()
    (exchange,) = watched.ended
    assert (exchange.status, exchange.is_unlogged) == (status, is_unlogged)
    assert exchange.error is None if error is None else isinstance(exchange.error, error)


@pytest.mark.parametrize(
    ("path", "script_name", "route"),
    [
        ("/users/7", "", "/users/<int:id>"),
        ("/users/7", "/shop", "/shop/users/<int:id>"),
        ("/users/x", "", None),
    ],
    ids=["matched", "mounted", "not-found"],
)
def test_route(path: str, script_name: str, route: str | None) -> None:
    """The route is the rule that matched, with the root of the app in front."""
    app = Flask("shop")
    app.add_url_rule("/users/<int:id>", view_func=lambda id: str(id))
    watched = watch(app)
    call(app, path, SCRIPT_NAME=script_name).drain()
    assert [exchange.route for exchange in watched.ended] == [route]


def test_the_route_is_known_when_a_hook_answers() -> None:
    """A request that a before_request hook answers has its route all the same."""
    app = _app()
    app.before_request(lambda: ("closed", 503))
    watched = watch(app)
    call(app).drain()
    assert [(exchange.route, exchange.status) for exchange in watched.ended] == [("/", 503)]


def test_nothing_contributed() -> None:
    """An edge without steps and probes leaves Flask's own entry in place."""
    app = _app()
    edge = Edge(service={}, probes={}, begin=(), respond=(), finish=(), runtimes={}, tallies=Tallies())
    edge.install(app)
    assert "wsgi_app" not in vars(app)


def test_an_exchange_that_nobody_looked_at() -> None:
    """An exchange says what it does not know yet: no status, no route, no error."""
    seen: list[tuple[object, ...]] = []

    def look(exchange: Exchange) -> None:
        seen.append((exchange.status, exchange.route, exchange.error, exchange.body_size))

    watch(app := _app(), begin=(look,))
    call(app).drain()
    assert seen == [(0, None, None, 0)]
