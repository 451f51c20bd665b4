"""The edge keeps to WSGI (PEP 3333), towards the server and towards the app."""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from weakref import ref
from wsgiref.util import FileWrapper
from wsgiref.validate import validator

import pytest
from flask import Flask, Response, request, send_file

from flask_baseline._exchange import Exchange

from .steps import call, flask_of, watch


def _service() -> Flask:
    app = Flask("shop")
    app.add_url_rule("/echo", "echo", lambda: request.get_data(), methods=["POST"])
    app.add_url_rule("/plain", "plain", lambda: "hello")
    app.add_url_rule("/stream", "stream", lambda: Response(str(number) for number in range(3)))
    return app


REQUESTS = {
    "get": ("GET", "/plain", "200 OK", b"hello"),
    "head": ("HEAD", "/plain", "200 OK", b""),
    "post": ("POST", "/echo", "200 OK", b"in"),
    "stream": ("GET", "/stream", "200 OK", b"012"),
    "not-found": ("HEAD", "/missing", "404 NOT FOUND", b""),
}


@pytest.mark.parametrize(("method", "path", "status", "sent"), REQUESTS.values(), ids=REQUESTS)
def test_wsgi_is_kept(method: str, path: str, status: str, sent: bytes) -> None:
    """The standard library's validator finds nothing wrong, around the edge and inside of it."""
    app = flask_of(validator(_service().wsgi_app))
    watch(app, respond=(lambda _, headers: headers.append(("X-Step", "yes")),))
    body = {"CONTENT_LENGTH": "2", "wsgi.input": io.BytesIO(b"in")} if method == "POST" else {}
    answer = call(validator(app.wsgi_app), path, method, **body)
    assert answer.drain() == sent
    ((started, headers),) = answer.started
    assert started == status
    assert ("X-Step", "yes") in headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_goes_to_the_server_as_it_is(tmp_path: Path, method: str) -> None:
    """A server gets its own file wrapper back, and its close closes the file and ends the exchange."""
    file = tmp_path / "file.bin"
    file.write_bytes(b"0123456789")
    app = Flask("shop")
    app.add_url_rule("/", view_func=lambda: send_file(file))
    watched = watch(app)
    answer = call(app, "/", method, **{"wsgi.file_wrapper": FileWrapper})
    if method == "GET":
        assert type(answer.body) is FileWrapper
        opened = answer.body.filelike
        assert opened.read() == b"0123456789"
        assert not opened.closed
        assert watched.ended == []
        answer.close()
        assert opened.closed
    else:
        assert answer.drain() == b""
    (exchange,) = watched.ended
    assert exchange.body_size == (10 if method == "GET" else 0)


class OwnClose:
    """A file wrapper whose close is a method of its own, as Waitress has it."""

    def __init__(self, file: io.BufferedIOBase, _block_size: int = 8192) -> None:
        self.file = file

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.file)

    def close(self) -> None:
        self.file.close()


@pytest.mark.parametrize("wrapper", [FileWrapper, OwnClose])
def test_a_sent_file_leaves_nothing_for_the_collector(tmp_path: Path, wrapper: type) -> None:
    """The exchange of a file is freed as soon as the server has let go of it."""
    file = tmp_path / "file.bin"
    file.write_bytes(b"0123456789")
    app = Flask("shop")
    app.add_url_rule("/", view_func=lambda: send_file(file))
    exchanges: list[ref[Exchange]] = []
    watched = watch(app, begin=(lambda exchange: exchanges.append(ref(exchange)),))
    gc.disable()
    try:
        answer = call(app, **{"wsgi.file_wrapper": wrapper})
        assert type(answer.body) is wrapper
        answer.close()
        del answer
        watched.ended.clear()
        assert [exchange() for exchange in exchanges] == [None]
    finally:
        gc.enable()


class Sealed(OwnClose):
    """A file wrapper that takes no attributes, as those of servers written in C."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "close":
            raise AttributeError(name)
        super().__setattr__(name, value)


def test_a_file_wrapper_that_cannot_be_changed(tmp_path: Path) -> None:
    """A file wrapper that takes no attributes is read like any other body."""
    file = tmp_path / "file.bin"
    file.write_bytes(b"0123456789")
    app = Flask("shop")
    app.add_url_rule("/", view_func=lambda: send_file(file))
    watched = watch(app)
    assert call(app, **{"wsgi.file_wrapper": Sealed}).drain() == b"0123456789"
    assert [exchange.body_size for exchange in watched.ended] == [10]


HEADERS = [("Content-Type", "text/plain")]


def _constant_headers(_environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("200 OK", HEADERS)
    return [b"hello"]


def test_headers_of_the_app_are_not_changed() -> None:
    """A list that the app uses for every answer stays as it is."""
    app = flask_of(_constant_headers)
    watch(app, respond=(lambda _, headers: headers.append(("X-Step", "yes")),))
    for _ in range(2):
        answer = call(app)
        assert answer.drain() == b"hello"
        assert answer.started == [("200 OK", [("Content-Type", "text/plain"), ("X-Step", "yes")])]
    assert HEADERS == [("Content-Type", "text/plain")]


def _second_thoughts(_environ: object, start_response: Callable[..., object]) -> Iterable[bytes]:
    start_response("200 OK", [])
    try:
        raise LookupError
    except LookupError:
        start_response("502 Bad Gateway", [], sys.exc_info())
    return [b"sorry"]


def test_an_app_that_starts_its_answer_anew() -> None:
    """A second status replaces the first, and its headers are worked on as well."""
    app = flask_of(_second_thoughts)
    watched = watch(app, respond=(lambda _, headers: headers.append(("X-Step", "yes")),))
    answer = call(app)
    assert answer.drain() == b"sorry"
    assert answer.started == [("200 OK", [("X-Step", "yes")]), ("502 Bad Gateway", [("X-Step", "yes")])]
    assert [exchange.status for exchange in watched.ended] == [502]


def test_what_start_response_returns_reaches_the_app() -> None:
    """An app of the old kind writes its body with the function that start_response returns."""
    written: list[bytes] = []

    def inner(_environ: object, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 OK", [])(b"hello")
        return []

    watch(app := flask_of(inner))
    body = app.wsgi_app({}, lambda *_: written.append)
    assert [*body] == []
    assert written == [b"hello"]


def test_a_status_without_a_number() -> None:
    """A status line that Werkzeug makes of a word alone passes as it does in bare Flask."""
    app = Flask("shop")
    app.add_url_rule("/", view_func=lambda: Response("hello", status="teapot"))
    watched = watch(app)
    answer = call(app)
    assert answer.drain() == b"hello"
    assert [status for status, _ in answer.started] == ["0 teapot"]
    assert [exchange.status for exchange in watched.ended] == [0]
