"""Bodies and hosts as real servers pass them on."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from .server import Server, asgi, gunicorn, uwsgi
from .wire import connect, exchange, head, in_chunks, read_answer, with_length

APP = """
from flask import Flask, request
from flask_baseline import Baseline
from flask_baseline.ingress import max_body_bytes

app = Flask("shop")
app.config.update(BASELINE_INGRESS_MAX_BODY_BYTES=100_000, BASELINE_INGRESS_TRUSTED_HOSTS=["shop.example"])
Baseline(app)

@app.post("/size")
def size():
    return {"size": len(request.get_data())}

@app.post("/lines")
def lines():
    return {"size": sum(map(len, iter(request.stream.readline, b"")))}

@app.post("/form")
def form():
    return {"size": sum(map(len, request.form.values()))}

@app.post("/more")
@max_body_bytes(5_000_000)
def more():
    return {"size": len(request.get_data())}

@app.post("/unread")
def unread():
    return {"error": "no"}, 401
"""

Run = Callable[[Path], AbstractContextManager[Server]]

SERVERS: dict[str, Run] = {
    # More than one thread would make gunicorn turn sync into gthread.
    "gunicorn-sync": lambda folder: gunicorn(folder, APP, "-k", "sync", "--threads", "1"),
    "gunicorn-gthread": lambda folder: gunicorn(folder, APP, "-k", "gthread", "--threads", "4"),
    "gunicorn-gevent": lambda folder: gunicorn(folder, APP, "-k", "gevent"),
    "uwsgi": lambda folder: uwsgi(folder, APP),
    "uvicorn": lambda folder: asgi(folder, APP, "uvicorn"),
    "hypercorn": lambda folder: asgi(folder, APP, "hypercorn"),
}


KEEPS_ALIVE = ("gunicorn-gthread", "uvicorn", "hypercorn")
"""Those that go on after any body with a length that they have read."""


@pytest.fixture(scope="module", params=SERVERS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Server]]:
    """Run each server once for all tests of the module."""
    with SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as running:
        yield request.param, running


@pytest.fixture
def takes_chunks(server: tuple[str, Server]) -> bool:
    return server[0] != "uwsgi"


FRAMINGS = {"length": with_length, "chunks": in_chunks}
framings = pytest.mark.parametrize("frame", FRAMINGS.values(), ids=FRAMINGS)

SIZES = [
    ("/size", 0, 200),
    ("/size", 5_001, 200),
    ("/size", 100_000, 200),
    ("/size", 100_001, 413),
    ("/size", 3_000_000, 413),
    ("/lines", 100_000, 200),
    ("/lines", 100_001, 413),
    ("/more", 3_000_000, 200),
    ("/more", 5_000_001, 413),
    ("/unread", 3_000_000, 401),
]


@framings
@pytest.mark.parametrize(("path", "size", "status"), SIZES)
def test_sizes(
    server: tuple[str, Server],
    takes_chunks: bool,
    frame: Callable[[str, bytes], bytes],
    path: str,
    size: int,
    status: int,
) -> None:
    """A body comes whole up to its limit; a client that sends a longer one to its end reads the 413."""
    body = (b"x" * 99 + b"\n") * (size // 100) + b"y" * (size % 100)
    if frame is in_chunks and not takes_chunks:
        # It does not read chunks at all, and so resets the connection of a client that sends many.
        assert exchange(server[1], frame(path, body[:5_000]))[0] == 411
    else:
        got, answer = exchange(server[1], frame(path, body))
        assert got == status
        assert status != 200 or json.loads(answer) == {"size": size}


@framings
def test_forms(server: tuple[str, Server], takes_chunks: bool, frame: Callable[..., bytes]) -> None:
    """A form is read with and without a length."""
    request = frame("/form", b"a=" + b"x" * 50_000, "Content-Type: application/x-www-form-urlencoded")
    expected = (200, {"size": 50_000}) if frame is with_length or takes_chunks else (411, None)
    status, body = exchange(server[1], request)
    assert (status, json.loads(body) if status == 200 else None) == expected


HOSTILE = {
    "other-host": head("/size", "Content-Length: 5", host="evil.example") + b"hello",
    "two-hosts": head("/size", "Host: shop.example", "Content-Length: 5") + b"hello",
    "two-hosts-the-other-first": head("/size", "Host: shop.example", "Content-Length: 5", host="evil.example")
    + b"hello",
    "user-in-host": head("/size", "Content-Length: 5", host="shop.example@evil.example") + b"hello",
    "control-byte-in-host": head("/size", "Content-Length: 5", host="shop.example\x01") + b"hello",
    "byte-in-host": head("/size", "Content-Length: 5", host="shop.example\xff") + b"hello",
    "empty-host": head("/size", "Content-Length: 5", host="") + b"hello",
    "absolute": head("http://evil.example/size", "Content-Length: 5", host="evil.example") + b"hello",
    "trace": head("/size", method="TRACE"),
    "length-word": head("/size", "Content-Length: many") + b"hello",
    "length-negative": head("/size", "Content-Length: -5") + b"hello",
    "lengths": head("/size", "Content-Length: 5", "Content-Length: 6") + b"hello!",
    "no-chunks": head("/size", "Transfer-Encoding: chunked") + b"hello world\r\n",
    "long-chunk": head("/size", "Transfer-Encoding: chunked") + b"5\r\nhello world\r\n0\r\n\r\n",
    "negative-chunk": head("/size", "Transfer-Encoding: chunked") + b"-5\r\nhello\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("request_", HOSTILE.values(), ids=HOSTILE)
def test_hostile(server: tuple[str, Server], request_: bytes) -> None:
    """What cannot be right is a mistake of the client, and never one of the server or an answer of a view."""
    status, body = exchange(server[1], request_)
    assert 400 <= status < 500
    assert b"evil" not in body


def test_length_and_chunks(server: tuple[str, Server]) -> None:
    """Of a length and chunks the chunks count, where the server does not refuse to choose."""
    both = head("/size", "Content-Length: 5", "Transfer-Encoding: chunked", "Connection: close")
    status, body = exchange(server[1], both + b"0\r\n\r\nhello")
    assert 400 <= status < 500 or (status, json.loads(body)) == (200, {"size": 0})


def test_bytes_in_a_query(server: tuple[str, Server]) -> None:
    """Bytes in a query that are no ASCII reach the view, or are refused by the server itself."""
    request = head("/size?q=\xff", "Content-Length: 5") + b"hello"
    assert exchange(server[1], request)[0] in (200, 400)


BREAKS = {
    "length": head("/size", "Content-Length: 100") + b"x" * 50,
    "lines": head("/lines", "Content-Length: 100") + b"x\n" * 25,
    "form": head("/form", "Content-Length: 100", "Content-Type: application/x-www-form-urlencoded")
    + b"a=1&b=2",
    "between-chunks": head("/size", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n",
    "in-a-chunk": head("/size", "Transfer-Encoding: chunked") + b"50\r\nhello",
}


@pytest.mark.parametrize("request_", BREAKS.values(), ids=BREAKS)
def test_a_body_that_breaks_off(server: tuple[str, Server], request_: bytes) -> None:
    """A body that ends before its end is never taken for a shorter one."""
    with connect(server[1]) as connection:
        connection.sendall(request_)
        connection.shutdown(socket.SHUT_WR)
        with closing(connection.makefile("rb")) as stream:
            line = stream.readline()
    # Some servers have nothing to say to a client that is half gone.
    assert line == b"" or 400 <= int(line.split()[1]) < 500


def test_a_client_that_goes(server: tuple[str, Server]) -> None:
    """After clients have gone in the midst of their bodies the server serves the next one, without a 500."""
    for request in BREAKS.values():
        with connect(server[1]) as connection:
            connection.sendall(request)
    assert exchange(server[1], with_length("/size", b"hello")) == (200, b'{"size":5}\n')
    assert '"http.response.status_code":5' not in server[1].stdout


@framings
def test_a_slow_client(server: tuple[str, Server], takes_chunks: bool, frame: Callable[..., bytes]) -> None:
    """A body that comes in small pieces is read whole."""
    request = frame("/size", b"hello " * 5)
    with connect(server[1]) as connection:
        for start in range(0, len(request), 30):
            connection.sendall(request[start : start + 30])
            time.sleep(0.02)
        status, body = read_answer(connection)
    if frame is in_chunks and not takes_chunks:
        assert status == 411
    else:
        assert (status, json.loads(body)) == (200, {"size": 30})


@framings
@pytest.mark.parametrize(
    ("path", "size", "host", "status"),
    [
        ("/size", 300_000, "shop.example", 413),
        ("/size", 5, "evil.example", 400),
        ("/unread", 300_000, "shop.example", 401),
    ],
)
def test_the_next_request(
    server: tuple[str, Server], frame: Callable[..., bytes], path: str, size: int, host: str, status: int
) -> None:
    """After a refusal the connection is at the next request, or closed; the rest of a body is never one."""
    hidden = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" * (size // 20 + 1)
    request = frame(path, hidden).replace(b"Host: shop.example", f"Host: {host}".encode(), 1)
    with connect(server[1]) as connection:
        connection.sendall(request)
        assert read_answer(connection)[0] in (status, 411)
        try:
            connection.sendall(with_length("/size", b"hello"))
            answer = read_answer(connection)
        except OSError:
            assert frame is in_chunks or server[0] not in KEEPS_ALIVE
            return
    assert answer == (200, b'{"size":5}\n')
