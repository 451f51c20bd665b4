"""Every way in which a view reads a body ends at its limit, and loses nothing before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, Response, request
from werkzeug.formparser import parse_form_data

from flask_baseline import Baseline
from flask_baseline.ingress import max_body_bytes

from .asking import ask, chunked, sent

LINES = b"first\nsecond\n\nlast"
LIMIT = len(LINES)


def _blocks(read: Callable[[int], bytes], size: int) -> bytes:
    return b"".join(iter(lambda: read(size), b""))


READERS: dict[str, Callable[[], bytes]] = {
    "get_data": lambda: request.get_data(),
    "get_data-no-cache": lambda: request.get_data(cache=False),
    "data": lambda: request.data,
    "read": lambda: request.stream.read(),
    "read-1": lambda: _blocks(request.stream.read, 1),
    "read-7": lambda: _blocks(request.stream.read, 7),
    "read-limit": lambda: _blocks(request.stream.read, LIMIT),
    "read-much": lambda: _blocks(request.stream.read, 1 << 30),
    "read-in-two": lambda: request.stream.read(5) + request.stream.read(),
    "readline": lambda: b"".join(iter(request.stream.readline, b"")),
    "readline-3": lambda: _blocks(request.stream.readline, 3),
    "readlines": lambda: b"".join(request.stream.readlines()),
    "iteration": lambda: b"".join(request.stream),
    "line-and-rest": lambda: request.stream.readline() + request.stream.read(),
    "environ": lambda: request.environ["wsgi.input"].read(None),
    "environ-nothing-first": lambda: request.environ["wsgi.input"].read(0) + request.stream.read(),
    "environ-readlines": lambda: b"".join(request.environ["wsgi.input"].readlines(1)),
    "environ-lines": lambda: b"".join(request.environ["wsgi.input"]),
    "parsed-and-left": lambda: parse_form_data(request.environ)[0].read(),
}


def app_of(read: Callable[[], bytes]) -> Flask:
    app = Flask("shop")
    app.config["BASELINE_INGRESS_MAX_BODY_BYTES"] = LIMIT
    app.add_url_rule("/", "read", lambda: Response(read()), methods=["POST"])
    Baseline(app)
    return app


FRAMINGS: dict[str, Callable[..., dict[str, Any]]] = {
    "length": sent,
    "length-ended": lambda data: sent(data, **{"wsgi.input_terminated": True}),
    "chunks": chunked,
}


@pytest.mark.parametrize("framing", FRAMINGS.values(), ids=FRAMINGS)
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_every_reader(read: Callable[[], bytes], framing: Callable[..., dict[str, Any]]) -> None:
    """A body of just the limit comes whole, and of a longer one there is never a part."""
    app = app_of(read)
    assert ask(app, method="POST", **framing(LINES)).body == LINES
    assert ask(app, method="POST", **framing(LINES + b"!")).status == 413
    assert ask(app, method="POST", **framing(LINES * 1_000)).status == 413


@pytest.mark.parametrize("framing", FRAMINGS.values(), ids=FRAMINGS)
def test_json(framing: Callable[..., dict[str, Any]]) -> None:
    """A body that would be valid JSON up to the limit is not taken for it."""
    app = Flask("shop")
    app.config["BASELINE_INGRESS_MAX_BODY_BYTES"] = 10
    app.add_url_rule("/", "read", lambda: {"got": request.get_json(silent=True)}, methods=["POST"])
    Baseline(app)
    kind = {"CONTENT_TYPE": "application/json"}
    assert ask(app, method="POST", **framing(b"1234567890") | kind).json == {"got": 1234567890}
    assert ask(app, method="POST", **framing(b"12345678901") | kind).status == 413


@pytest.mark.parametrize("framing", FRAMINGS.values(), ids=FRAMINGS)
def test_a_stream_that_is_read_while_it_is_answered(framing: Callable[..., dict[str, Any]]) -> None:
    """A generator that echoes what comes in has the limit of its view, and its whole body."""
    app = Flask("shop")
    Baseline(app)

    @app.post("/")
    @max_body_bytes(2_000_000)
    def echo() -> Iterator[bytes]:
        first = request.stream.read(3)
        stream = request.stream

        def rest() -> Iterator[bytes]:
            yield first
            yield from iter(lambda: stream.read(65_536), b"")

        return rest()

    assert ask(app, method="POST", **framing(b"x" * 1_500_000)).body == b"x" * 1_500_000


def test_a_limit_for_one_request() -> None:
    """A view may set the limit of the request at hand, up and down, on every version of Flask."""
    app = Flask("shop")
    app.config["BASELINE_INGRESS_MAX_BODY_BYTES"] = 10
    Baseline(app)

    @app.post("/<int:limit>")
    def view(limit: int) -> bytes:
        assert request.max_content_length == 10
        request.max_content_length = limit
        assert request.max_content_length == limit
        return request.get_data()

    for framing in FRAMINGS.values():
        for limit in (5, 20):
            assert ask(app, f"/{limit}", "POST", **framing(b"x" * limit)).body == b"x" * limit
            assert ask(app, f"/{limit}", "POST", **framing(b"x" * (limit + 1))).status == 413
