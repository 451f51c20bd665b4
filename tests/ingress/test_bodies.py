"""How long a body may be, whatever is said of its length."""

from __future__ import annotations

import io

import pytest
from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

from flask_baseline import Baseline

from ..lines import access_lines_of
from .asking import app_of, ask, chunked, sent

LIMIT = 1_000

framings = pytest.mark.parametrize("framing", [sent, chunked])


@framings
@pytest.mark.parametrize(
    ("size", "status"),
    [(0, 200), (1, 200), (LIMIT - 1, 200), (LIMIT, 200), (LIMIT + 1, 413), (LIMIT * 100, 413)],
)
def test_limit(framing: object, size: int, status: int) -> None:
    """A body of up to the limit is read as a whole, and one of a byte more gets 413."""
    assert callable(framing)
    answer = ask(app_of(max_body_bytes=LIMIT), method="POST", **framing(b"x" * size))
    assert answer.status == status
    assert status == 413 or answer.json["body"] == "x" * size


def test_the_default() -> None:
    """Without a setting the limit is 1 MiB."""
    for framing in (sent, chunked):
        assert ask(app_of(), method="POST", **framing(b"x" * 1_048_576)).status == 200
        assert ask(app_of(), method="POST", **framing(b"x" * 1_048_577)).status == 413


@framings
def test_the_apps_own_error_handler(framing: object, capsys: pytest.CaptureFixture[str]) -> None:
    """What is too long is answered by the app's handler, for the view that it was sent to."""
    assert callable(framing)
    app = app_of(max_body_bytes=LIMIT)
    app.register_error_handler(413, lambda error: (f"too long for {request.endpoint}", 413))
    answer = ask(app, method="POST", **framing(b"x" * 2_000))
    assert (answer.status, answer.body) == (413, b"too long for seen")
    (line,) = access_lines_of(capsys)
    assert (line["http.route"], line["http.response.status_code"]) == ("/", 413)


def test_a_view_that_does_not_read() -> None:
    """A view that takes no body does not care how long it is."""
    app = Flask("shop")
    Baseline(app)
    app.add_url_rule("/", view_func=lambda: "hello", methods=["POST"])
    assert ask(app, method="POST", **sent(b"x" * 2_000_000)).status == 200


def test_reading_on() -> None:
    """Who swallows the error and reads on gets it again, and never a part of the body."""
    app = Flask("shop")
    app.config["BASELINE_INGRESS_MAX_BODY_BYTES"] = LIMIT
    Baseline(app)

    @app.post("/")
    def view() -> str:
        for _ in range(3):
            with pytest.raises(RequestEntityTooLarge):
                request.stream.read()
        return "refused thrice"

    for framing in (sent, chunked):
        assert ask(app, method="POST", **framing(b"x" * 2_000)).body == b"refused thrice"


LENGTHS = {
    "word": "many",
    "negative": "-1",
    "plus": "+5",
    "two": "5, 5",
    "fraction": "5.0",
    "exponent": "5e0",
    "hexadecimal": "0x5",
    "underscore": "1_0",
    "space": "5 5",
    "superscript": "\xb2",
    "other-digits": "\u0665",
    "long": "9" * 5_000,
    "long-zeros": "0" * 5_000 + "5",
}


@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
def test_a_length_that_is_no_number(length: str) -> None:
    """A server that passes on a length that is none does not make the body an empty one: 400."""
    answer = ask(app_of(), method="POST", **sent(b"hello", length))
    assert (answer.status, answer.json["detail"]) == (400, "The length of the body is no number.")


@pytest.mark.parametrize("is_ended", [True, False])
def test_a_body_that_breaks_off(is_ended: bool) -> None:
    """Fewer bytes than declared are 400 and not a shorter body, whatever the server thinks of it."""
    ended = {"wsgi.input_terminated": True} if is_ended else {}
    assert ask(app_of(), method="POST", **sent(b"hello", 6, **ended)).status == 400


@pytest.mark.parametrize("is_ended", [True, False])
def test_more_than_declared(is_ended: bool) -> None:
    """What follows a body on the connection is not read: it is the next request."""
    ended = {"wsgi.input_terminated": True} if is_ended else {}
    stream = io.BytesIO(b"helloGET / HTTP/1.1")
    answer = ask(app_of(), method="POST", **sent(b"hello", **ended) | {"wsgi.input": stream})
    assert answer.json["body"] == "hello"
    assert stream.read() == b"GET / HTTP/1.1"


def test_length_and_chunks() -> None:
    """Chunks override a length, as the standard has it, so that neither hides a request in a body."""
    answer = ask(app_of(), method="POST", **chunked(b"hello", CONTENT_LENGTH="3"))
    assert answer.json["body"] == "hello"


@pytest.mark.parametrize("length", ["", "3"])
def test_chunks_that_the_server_cannot_read(length: str) -> None:
    """Where the server leaves chunks as they are the client has to say a length: 411."""
    environ = chunked(b"5\r\nhello\r\n0\r\n\r\n", CONTENT_LENGTH=length, **{"wsgi.input_terminated": False})
    answer = ask(app_of(), method="POST", **environ)
    assert (answer.status, answer.json["title"]) == (411, "Length Required")


def test_http_2() -> None:
    """A body of HTTP/2 needs neither length nor chunks, and has the same limit."""
    environ = {"SERVER_PROTOCOL": "HTTP/2", "HTTP_TRANSFER_ENCODING": None}
    app = app_of(max_body_bytes=LIMIT)
    assert ask(app, method="POST", **chunked(b"hello") | environ).json["body"] == "hello"
    assert ask(app, method="POST", **chunked(b"x" * 1_001) | environ).status == 413
    assert ask(app, **chunked(b"") | environ).status == 200


class Broken(io.RawIOBase):
    """A body at which the server fails, as with chunks that are none."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, size: int = -1) -> bytes:
        raise self.error

    readline = read  # type: ignore[assignment]


@framings
@pytest.mark.parametrize("error", [OSError("reset"), ValueError("chunk"), RuntimeError("own")], ids=repr)
def test_a_server_that_fails_to_read(framing: object, error: Exception) -> None:
    """A body that the server cannot read is the client's mistake: 400, not 500."""
    assert callable(framing)
    answer = ask(app_of(), method="POST", **framing(b"hello") | {"wsgi.input": Broken(error)})
    assert answer.status == 400


REFUSALS = {
    "too-long": ({}, 413),
    "other-host": ({"HTTP_HOST": "evil.example"}, 400),
    "trace": ({"REQUEST_METHOD": "TRACE"}, 405),
    "no-route": ({"PATH_INFO": "/missing", "REQUEST_METHOD": "DELETE"}, 405),
}


@framings
@pytest.mark.parametrize(("environ", "status"), REFUSALS.values(), ids=REFUSALS)
def test_a_refused_body_is_taken_off_the_connection(
    framing: object, environ: dict[str, object], status: int
) -> None:
    """What is refused is read to its end, or the server would reset the connection and lose the answer."""
    assert callable(framing)
    app = app_of(trusted_hosts=["localhost"], max_body_bytes=LIMIT)
    stream = io.BytesIO(b"x" * 100_000)
    environ = framing(b"x" * 100_000) | {"REQUEST_METHOD": "POST", "wsgi.input": stream} | environ
    assert ask(app, **environ).status == status
    assert stream.read() == b""


def test_a_huge_body_is_not_waited_for() -> None:
    """Of a body that is declared as far too long nothing is read, and of an endless one 16 MiB."""
    app = app_of()
    stream = io.BytesIO(b"x" * 20_000_000)
    assert ask(app, method="POST", **sent(b"", 20_000_000, **{"wsgi.input": stream})).status == 413
    assert stream.tell() == 0
    assert ask(app, method="POST", **chunked(b"", **{"wsgi.input": stream})).status == 413
    assert 16_777_216 <= stream.tell() < 20_000_000


def test_a_client_that_goes_while_it_is_refused() -> None:
    """A connection that breaks while a refused body is read changes nothing."""
    environ = sent(b"hello") | {"wsgi.input": Broken(OSError("reset")), "HTTP_HOST": "evil.example"}
    assert ask(app_of(trusted_hosts=["localhost"]), method="POST", **environ).status == 400
