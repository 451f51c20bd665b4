"""Each request has a context of its own, whoever runs it and however it is nested."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar, copy_context

import gevent
import pytest
from flask import Flask, Response, g, make_response, redirect, request, stream_with_context

from flask_baseline._edge import Edge
from flask_baseline._exchange import current_exchange
from flask_baseline._tallies import Tallies

from .steps import Watched, call, flask_of, watch

user: ContextVar[str] = ContextVar("user", default="nobody")


def test_what_a_view_binds_is_gone_with_its_request() -> None:
    """A variable that a view sets is unset in the next request and outside, whatever the thread."""
    app = Flask("shop")

    @app.get("/<name>")
    def view(name: str) -> str:
        before = user.get()
        user.set(name)
        return before

    watch(app)
    assert [call(app, path).drain() for path in ("/ada", "/bob")] == [b"nobody", b"nobody"]
    assert user.get() == "nobody"
    assert current_exchange.get() is None


def test_what_is_bound_outside_is_seen_inside() -> None:
    """A middleware around the edge can bind a variable for the app."""
    app = Flask("shop")
    app.add_url_rule("/", view_func=lambda: user.get())
    watch(app)

    def middleware() -> bytes:
        user.set("ada")
        return call(app).drain()

    assert copy_context().run(middleware) == b"ada"


def _generator() -> Iterator[str]:
    user.set("ada")
    yield "a"
    # A context of its own for each chunk would have lost it.
    yield user.get()
    user.set("bob")
    yield user.get()


BODIES: dict[str, tuple[Callable[[], Response], bytes]] = {
    "generator": (lambda: Response(_generator()), b"aadabob"),
    "with-context": (lambda: Response(stream_with_context(part + request.path for part in "ab")), b"a/b/"),
}


@pytest.mark.parametrize(("make_body", "sent"), BODIES.values(), ids=BODIES)
def test_a_streamed_body_runs_in_the_context_of_its_request(
    make_body: Callable[[], Response], sent: bytes
) -> None:
    """A body that is made while it is sent has the variables of its request, and leaks none."""
    app = Flask("shop")
    app.add_url_rule("/", view_func=lambda: make_body())
    watch(app)
    assert call(app).drain() == sent
    assert user.get() == "nobody"


class _Greeting:
    """A body that is made when it is first asked for."""

    def __iter__(self) -> Iterator[bytes]:
        return iter([user.get().encode()])


def test_a_body_is_opened_in_the_context_of_its_request() -> None:
    """What a body does before its first chunk sees the variables of its request too."""

    def entry(_environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
        user.set("ada")
        start_response("200 OK", [])
        return _Greeting()

    watch(app := flask_of(entry))
    assert call(app).drain() == b"ada"


def test_two_streams_in_turn() -> None:
    """Two bodies that one thread reads in turn keep their variables apart."""
    app = Flask("shop")

    @app.get("/<name>")
    def view(name: str) -> Response:
        user.set(name)
        return Response(f"{user.get()}{number}" for number in range(2))

    watch(app)
    first, second = call(app, "/ada"), call(app, "/bob")
    chunks = [chunk for pair in zip(first.body, second.body, strict=True) for chunk in pair]
    second.close()
    first.close()
    assert chunks == [b"ada0", b"bob0", b"ada1", b"bob1"]


def test_call_on_close_runs_in_the_context_of_its_request() -> None:
    """What a view leaves to be done at the end sees what the view has bound."""
    app = Flask("shop")
    seen: list[object] = []

    @app.get("/")
    def view() -> Response:
        user.set("ada")
        response = make_response("hello")
        response.call_on_close(lambda: seen.extend((user.get(), current_exchange.get())))
        return response

    watched = watch(app)
    call(app).drain()
    assert seen == ["ada", *watched.ended]


def test_the_body_is_not_buffered() -> None:
    """The first chunk is sent before the second is made."""
    app = Flask("shop")
    made: list[str] = []

    @app.get("/")
    def view() -> Iterator[str]:
        for part in ("a", "b"):
            made.append(part)
            yield part

    watch(app)
    answer = call(app)
    assert (next(iter(answer.body)), made) == (b"a", ["a"])
    answer.close()


def test_with_client_keeps_the_request() -> None:
    """Flask's ``with client:`` shows the request after it has ended."""
    app = Flask("shop")

    @app.get("/<name>")
    def view(name: str) -> str:
        g.name = name
        return "hello"

    watch(app)
    with app.test_client() as client:
        for name in ("ada", "bob"):
            client.get(f"/{name}")
            assert (request.path, g.name) == (f"/{name}", name)


def test_with_client_and_a_stream() -> None:
    """A streamed answer that uses the request can be read, or closed, inside ``with client:``."""
    app = Flask("shop")

    @app.get("/<name>")
    def view(name: str) -> Response:
        user.set(name)
        return Response(stream_with_context(iter([user.get(), request.path])))

    watched = watch(app)
    with app.test_client() as client:
        client.get("/ada").close()
        assert request.path == "/ada"
    with app.test_client() as client:
        assert client.get("/bob", buffered=True).text == "bob/bob"
    assert [exchange.error for exchange in watched.ended] == [None, None]
    assert current_exchange.get() is None


def test_an_app_that_calls_another() -> None:
    """A view that calls another app keeps its own exchange, and the other app has one too."""
    inner, outer = Flask("inner"), Flask("outer")
    inner.add_url_rule("/in", view_func=lambda: request.path)
    inner_watched, outer_watched = watch(inner), watch(outer)

    @outer.get("/out")
    def view() -> str:
        before = current_exchange.get()
        text = inner.test_client().get("/in", buffered=True).text
        assert current_exchange.get() is before
        return f"{request.path} {text}"

    assert call(outer, "/out").drain() == b"/out /in"
    assert [exchange.route for exchange in outer_watched.ended] == ["/out"]
    assert [exchange.route for exchange in inner_watched.ended] == ["/in"]


def test_an_error_belongs_to_the_app_that_had_it() -> None:
    """An error inside a called app is its own exchange's, and not the caller's."""
    inner, outer = Flask("inner"), Flask("outer")

    @inner.get("/")
    def fail() -> str:
        raise LookupError

    inner_watched, outer_watched = watch(inner), watch(outer)
    outer.add_url_rule("/", view_func=lambda: inner.test_client().get("/", buffered=True).status)
    assert call(outer).drain() == b"500 INTERNAL SERVER ERROR"
    assert [exchange.error for exchange in outer_watched.ended] == [None]
    assert [type(exchange.error) for exchange in inner_watched.ended] == [LookupError]


def _meeting(wait: Callable[[], object]) -> Watched:
    """Return an app whose requests all wait for each other between two looks at their exchange."""
    app = Flask("shop")

    @app.get("/<name>")
    def view(name: str) -> str:
        user.set(name)
        wait()
        exchange = current_exchange.get()
        assert exchange is not None
        return f"{user.get()} {exchange.environ['PATH_INFO']}"

    return watch(app)


NAMES = [f"user{number}" for number in range(5)]


def test_threads() -> None:
    """Requests that run in threads at the same time keep apart."""
    watched = _meeting(threading.Barrier(len(NAMES), timeout=30).wait)
    with ThreadPoolExecutor(len(NAMES)) as pool:
        bodies = [*pool.map(lambda name: call(watched.app, f"/{name}").drain(), NAMES)]
    assert bodies == [f"{name} /{name}".encode() for name in NAMES]
    assert len(watched.ended) == len(NAMES)


def test_greenlets() -> None:
    """Requests that run in greenlets of one thread keep apart."""
    watched = _meeting(lambda: gevent.sleep(0))
    greenlets = [gevent.spawn(lambda name=name: call(watched.app, f"/{name}").drain()) for name in NAMES]
    gevent.joinall(greenlets, raise_error=True)
    assert [greenlet.value for greenlet in greenlets] == [f"{name} /{name}".encode() for name in NAMES]


def _several_kinds() -> Flask:
    app = Flask("shop")
    app.add_url_rule("/plain", "plain", lambda: "hello")
    app.add_url_rule("/stream", "stream", lambda: Response(str(number) for number in range(3)))
    app.add_url_rule("/moved", "moved", lambda: redirect("/plain"))
    return app


@pytest.mark.parametrize("path", ["/plain", "/stream", "/moved"])
def test_nothing_is_left_for_the_collector(path: str) -> None:
    """A request leaves no more to the garbage collector than in bare Flask."""

    def garbage(app: Flask) -> int:
        call(app, path).drain()
        gc.collect()
        gc.disable()
        try:
            for _ in range(10):
                call(app, path).drain()
            return gc.collect()
        finally:
            gc.enable()

    bare, observed = _several_kinds(), _several_kinds()
    look = (lambda _: None,)
    Edge({}, probes={}, begin=(), respond=(), finish=look, runtimes={}, tallies=Tallies()).install(observed)
    # A thread of another test may leave something meanwhile.
    assert min(garbage(observed) for _ in range(5)) <= garbage(bare)
