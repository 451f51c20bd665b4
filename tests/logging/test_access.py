"""The access event: one line for each request, when its last byte is out."""

from __future__ import annotations

import io
import json
import os
import re
import sys
import time
from collections.abc import Iterator

import pytest
from flask import Flask, Response, abort, send_file
from structlog.contextvars import bind_contextvars
from werkzeug.test import create_environ, run_wsgi_app

from tests.lines import ACCESS

from .conftest import Line, Lines, MakeApp


def get(app: Flask, path: str = "/", **options: object) -> Response:
    """Send a request and read the whole answer, as a server does."""
    options.setdefault("method", "GET")
    return app.test_client().open(path, buffered=True, **options)  # type: ignore[arg-type]


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """An app with a view of each kind."""
    app = make_app()
    app.add_url_rule(
        "/users/<int:uid>", view_func=lambda uid: {"id": uid}, endpoint="user", methods=["GET", "POST"]
    )
    app.add_url_rule("/teapot", view_func=lambda: abort(418), endpoint="teapot")
    app.add_url_rule("/boom", view_func=lambda: 1 / 0, endpoint="boom")
    app.add_url_rule("/unavailable", view_func=lambda: ("", 503), endpoint="unavailable")
    return app


def test_fields(app: Flask, lines: Lines) -> None:
    """A request leaves one event with what was asked, answered, by whom and how long it took."""
    response = get(app, "/users/42?token=abc", headers={"User-Agent": "curl/8.0"})

    (line,) = lines()

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line.pop("timestamp"))
    assert line.pop("duration_ms") >= 0
    assert line == {
        "severity_text": "INFO",
        "body": "http.server.request",
        "service.name": "shop",
        "request_id": response.headers["X-Request-ID"],
        "http.request.method": "GET",
        "http.route": "/users/<int:uid>",
        "url.path": "/users/42",
        "http.response.status_code": 200,
        "http.response.body.size": len(response.data),
        "client.address": "127.0.0.1",
        "user_agent.original": "curl/8.0",
        "process.pid": os.getpid(),
    }


def test_ecs_fields(make_app: MakeApp, lines: Lines) -> None:
    """With FIELDS=ecs the same event has Elastic Common Schema's names and units."""
    app = make_app(fields="ecs")

    response = get(app, "/nope", headers={"User-Agent": "curl/8.0"})
    (line,) = lines()

    assert line.pop("@timestamp")
    assert isinstance(line["event.duration"], int)
    assert line.pop("event.duration") > 1000
    assert line == {
        "ecs.version": "8.11.0",
        "log.level": "info",
        "message": "http.server.request",
        "service.name": "shop",
        "http.request.id": response.headers["X-Request-ID"],
        "http.request.method": "GET",
        "url.path": "/nope",
        "http.response.status_code": 404,
        "http.response.body.bytes": len(response.data),
        "client.address": "127.0.0.1",
        "user_agent.original": "curl/8.0",
        "process.pid": os.getpid(),
    }


@pytest.mark.parametrize(
    ("path", "status", "level", "route", "error"),
    [
        ("/users/1", 200, "INFO", "/users/<int:uid>", None),
        ("/nope", 404, "INFO", None, None),
        ("/teapot", 418, "INFO", "/teapot", None),
        ("/unavailable", 503, "ERROR", "/unavailable", "503"),
        ("/boom", 500, "ERROR", "/boom", "ZeroDivisionError"),
    ],
)
def test_outcomes(
    app: Flask, lines: Lines, path: str, status: int, level: str, route: str | None, error: str | None
) -> None:
    """Only a server error is an ERROR, and it has OpenTelemetry's ``error.type``."""
    get(app, path)

    (line,) = [line for line in lines() if line["body"] == ACCESS]

    got = [
        line.get(name) for name in ("http.response.status_code", "severity_text", "http.route", "error.type")
    ]
    assert got == [status, level, route, error]


@pytest.mark.parametrize("fields", ["otel", "ecs"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"headers": {"User-Agent": 'a"b\\c%s\u00e9'}},
        {"headers": {"User-Agent": ""}},
        {"environ_overrides": {"REMOTE_ADDR": ""}},
        {"path": "/users/7"},
        {"path": "/%C3%A9/%FF%20%25d"},
        {"path": "/users/7", "base_url": "http://localhost/mounted"},
        {"method": "POST", "path": "/users/7", "data": b"x"},
    ],
    ids=["plain", "odd agent", "no agent", "no address", "route", "not ascii", "mounted", "post"],
)
def test_the_short_way_and_the_long_way_agree(
    make_app: MakeApp, lines: Lines, fields: str, options: dict[str, object]
) -> None:
    """An event that carries a field of the app's is otherwise the same as one that does not."""
    app = make_app(fields=fields)
    app.add_url_rule("/users/<int:uid>", view_func=lambda uid: "", endpoint="user", methods=["GET", "POST"])
    bound: dict[str, int] = {}

    @app.before_request
    def bind() -> None:
        bind_contextvars(**bound)

    get(app, **options)  # type: ignore[arg-type]
    (short,) = lines()

    bound["mine"] = 1
    get(app, **options)  # type: ignore[arg-type]
    (long,) = lines()

    assert long.pop("mine") == 1
    assert list(short) == list(long)
    changing = ("timestamp", "@timestamp", "request_id", "http.request.id", "duration_ms", "event.duration")
    assert _without(short, *changing) == _without(long, *changing)
    assert {type(value) for value in short.values()} == {type(value) for value in long.values()}


def test_paths_are_text(app: Flask, lines: Lines) -> None:
    """A percent-encoded path is logged as the text that it spells; broken UTF-8 is replaced."""
    get(app, "/%C3%A9/%FF")

    assert [line["url.path"] for line in lines()] == ["/\u00e9/\ufffd"]


def test_long_values_are_cut(app: Flask, lines: Lines) -> None:
    """A client cannot make a line of any length it likes."""
    get(app, "/" + "p" * 10_000, headers={"User-Agent": "a" * 10_000})

    (line,) = lines()

    assert len(json.dumps(line)) < 4_000


def test_unknown_methods_are_other(app: Flask, lines: Lines) -> None:
    """A made-up method does not become a value of ``http.request.method``."""
    get(app, "/", method="FOO")

    (line,) = lines()

    assert (line["http.request.method"], line["http.request.method_original"]) == ("_OTHER", "FOO")


def test_bound_fields_are_part_of_the_event(app: Flask, lines: Lines) -> None:
    """What a view binds in structlog is in its own event, and in no other."""

    @app.get("/bind")
    def bind() -> str:
        bind_contextvars(order=17, password="hunter2")
        return ""

    get(app, "/bind")
    get(app, "/users/1")

    first, second = lines()
    assert (first["order"], first["password"]) == (17, "[redacted]")
    assert "order" not in second


def test_bound_fields_inside_a_test_clients_block(app: Flask, lines: Lines) -> None:
    """In ``with client:``, which keeps the request's context, they are part of the event too."""
    app.add_url_rule("/bind", view_func=lambda: bind_contextvars(order=17) and "", endpoint="bind")

    with app.test_client() as client:
        client.get("/bind", buffered=True)

    assert [line["order"] for line in lines()] == [17]


def test_bound_fields_cannot_forge_ours(app: Flask, lines: Lines) -> None:
    """A bound field with the name of one of ours stands beside it, with an underscore."""

    @app.get("/forge")
    def forge() -> str:
        bind_contextvars(**{"request_id": "forged", "http.response.status_code": 1, "trace_id": "x"})
        return ""

    response = get(app, "/forge")

    (line,) = lines()
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert line["http.response.status_code"] == 200
    assert (line["request_id_"], line["http.response.status_code_"], line["trace_id_"]) == ("forged", 1, "x")
    assert "trace_id" not in line


def test_streams_are_timed_to_the_last_byte(app: Flask, lines: Lines) -> None:
    """A streamed answer's event comes after its last byte, with its whole duration and size."""

    @app.get("/stream")
    def stream() -> Iterator[bytes]:
        for _ in range(3):
            time.sleep(0.02)
            yield b"chunk"

    body, _, _ = run_wsgi_app(app.wsgi_app, create_environ("/stream"))
    assert lines() == []
    assert b"".join(body) == b"chunk" * 3
    assert lines() == []
    body.close()  # type: ignore[attr-defined]

    (line,) = lines()
    assert line["duration_ms"] >= 60
    assert line["http.response.body.size"] == 15


def test_a_client_that_goes_away(app: Flask, lines: Lines) -> None:
    """A body that is closed half-way leaves its event, with the bytes that went out."""

    @app.get("/stream")
    def stream() -> Iterator[bytes]:
        yield b"12345"
        yield b"never asked for"

    body, _, _ = run_wsgi_app(app.wsgi_app, create_environ("/stream"))
    assert next(iter(body)) == b"12345"
    body.close()  # type: ignore[attr-defined]

    (line,) = lines()
    assert (line["severity_text"], line["http.response.body.size"]) == ("INFO", 5)


def test_a_stream_that_raises(app: Flask, lines: Lines) -> None:
    """An exception in a streamed body is an ERROR with its stack, though the status was 200."""

    @app.get("/stream")
    def stream() -> Iterator[bytes]:
        yield b"half"
        raise ValueError("secret=hunter2")

    with pytest.raises(ValueError, match="hunter2"), app.test_client().get("/stream") as response:
        response.get_data()

    (line,) = lines()
    assert (line["severity_text"], line["http.response.status_code"]) == ("ERROR", 200)
    assert (line["error.type"], line["exception.type"]) == ("ValueError", "ValueError")
    assert line["exception.message"] == "secret=[redacted]"
    assert "Traceback" in line["exception.stacktrace"]


def test_propagated_exceptions(app: Flask, lines: Lines) -> None:
    """An exception that Flask lets through to the server is a 500 with its stack in the event."""
    app.config["PROPAGATE_EXCEPTIONS"] = True

    with pytest.raises(ZeroDivisionError):
        get(app, "/boom")

    (line,) = lines()
    assert (line["http.response.status_code"], line["error.type"]) == (500, "ZeroDivisionError")
    assert "1 / 0" in line["exception.stacktrace"]


def test_an_exception_is_logged_once(app: Flask, lines: Lines) -> None:
    """Flask's line has the stack and the request's id; the event has the type alone."""
    response = get(app, "/boom")

    flask, event = lines()
    assert flask["body"] == "Exception on /boom [GET]"
    assert flask["request_id"] == event["request_id"] == response.headers["X-Request-ID"]
    assert "ZeroDivisionError" in flask["exception.stacktrace"]
    assert "exception.stacktrace" not in event


def test_a_handled_exception_is_no_error(app: Flask, lines: Lines) -> None:
    """An exception that the app's own handler answers with 409 is an INFO."""
    app.register_error_handler(ZeroDivisionError, lambda error: ("conflict", 409))

    get(app, "/boom")

    (line,) = lines()
    assert (line["severity_text"], line["http.response.status_code"]) == ("INFO", 409)


def test_files_keep_the_servers_wrapper(app: Flask, lines: Lines) -> None:
    """A file goes out through the server's own wrapper, so sendfile works, and has its event."""

    class FileWrapper:
        def __init__(self, file: io.BytesIO, size: int = 8192) -> None:
            self.file, self.close = file, file.close

        def __iter__(self) -> Iterator[bytes]:
            return iter(lambda: self.file.read(8192), b"")

    app.add_url_rule(
        "/file", view_func=lambda: send_file(io.BytesIO(b"x" * 100), "text/plain"), endpoint="file"
    )
    body = app.wsgi_app(
        {**create_environ("/file"), "wsgi.file_wrapper": FileWrapper}, lambda *_: lambda _: None
    )

    assert type(body) is FileWrapper
    body.close()

    (line,) = lines()
    assert line["http.response.body.size"] == 100
    assert body.file.closed


def test_access_can_be_turned_off(make_app: MakeApp, lines: Lines) -> None:
    """Without the event the request still has its id."""
    app = make_app(access=False)

    response = get(app, "/nope")

    assert lines() == []
    assert response.headers["X-Request-ID"]


def test_a_broken_standard_output_breaks_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are answered with standard output closed, missing or full."""
    reader, writer = os.pipe()
    os.close(reader)
    broken = open(writer, "w")  # noqa: SIM115
    closed = io.TextIOWrapper(io.BytesIO())
    closed.close()
    for stdout in (None, broken, closed):
        monkeypatch.setattr(sys, "stdout", stdout)
        assert get(app, "/users/1").status_code == 200
    monkeypatch.undo()
    with pytest.raises(BrokenPipeError):
        os.write(writer, b"x")
    broken.close()


def _without(line: Line, *names: str) -> Line:
    return {name: value for name, value in line.items() if name not in names}
