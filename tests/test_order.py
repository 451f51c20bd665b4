"""What the order of the features promises, whatever the app does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, abort, redirect, request
from structlog.contextvars import bind_contextvars

from flask_baseline import Baseline, Problem

from .lines import ACCESS, access_lines_of, lines_of
from .steps import call


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """Return an app with Baseline, and a path for each way to answer."""
    (tmp_path / "style.css").write_text("body {}")
    app = Flask("shop", static_folder=tmp_path, static_url_path="/static")
    Baseline(app)

    @app.before_request
    def maintenance() -> tuple[str, int] | None:
        return ("closed", 503) if request.path == "/closed" else None

    @app.get("/problem")
    def problem() -> str:
        raise Problem(409)

    @app.get("/stream")
    def stream() -> Iterator[str]:
        yield from ("a", "b")

    app.add_url_rule("/fails", "fails", lambda: 1 / 0)
    app.add_url_rule("/aborts", "aborts", lambda: abort(403))
    app.add_url_rule("/moved", "moved", lambda: redirect("/stream"))
    app.add_url_rule("/folder/", "folder", lambda: "in it")
    app.add_url_rule("/nothing", "nothing", lambda: Response(status=204))
    return app


ANSWERS = {
    "view": ("GET", "/folder/", 200, "/folder/"),
    "not-found": ("GET", "/missing", 404, None),
    "wrong-method": ("POST", "/stream", 405, None),
    "options": ("OPTIONS", "/stream", 200, "/stream"),
    "exception": ("GET", "/fails", 500, "/fails"),
    "abort": ("GET", "/aborts", 403, "/aborts"),
    "problem": ("GET", "/problem", 409, "/problem"),
    "redirect": ("GET", "/moved", 302, "/moved"),
    "slash-redirect": ("GET", "/folder", 308, None),
    "static-file": ("GET", "/static/style.css", 200, "/static/<path:filename>"),
    "stream": ("GET", "/stream", 200, "/stream"),
    "no-content": ("GET", "/nothing", 204, "/nothing"),
    "head": ("HEAD", "/stream", 200, "/stream"),
    "hook-of-another": ("GET", "/closed", 503, None),
}


@pytest.mark.parametrize(("method", "path", "status", "route"), ANSWERS.values(), ids=ANSWERS)
def test_every_answer_is_logged_once(
    app: Flask, capsys: pytest.CaptureFixture[str], method: str, path: str, status: int, route: str | None
) -> None:
    """Whoever answers, there is one access event with the final status, and the id in the answer."""
    response = app.test_client().open(path, method=method, buffered=True)
    assert response.status_code == status
    (line,) = access_lines_of(capsys)
    assert line["http.response.status_code"] == status
    assert line["request_id"] == response.headers["X-Request-ID"]
    assert line.get("http.route") == route
    assert response.headers.getlist("X-Request-ID") == [line["request_id"]]


def test_what_is_logged_for_a_request_has_its_id(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    """The traceback that Flask logs and the access event name the same request."""
    app.test_client().get("/fails", headers={"X-Request-ID": "checkout-42"}, buffered=True)
    failure, access = lines_of(capsys)
    assert failure["exception.type"] == access["error.type"] == "ZeroDivisionError"
    assert [failure["request_id"], access["request_id"]] == ["checkout-42"] * 2


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_are_quiet(app: Flask, capsys: pytest.CaptureFixture[str], path: str) -> None:
    """A probe is neither logged nor numbered, and no hook of the app can refuse it."""
    app.before_request(lambda: abort(401))
    response = app.test_client().get(path, headers={"X-Request-ID": "probe"}, buffered=True)
    assert response.status_code == 200
    assert "X-Request-ID" not in response.headers
    assert lines_of(capsys) == []


def test_a_probe_wins_over_a_route(app: Flask) -> None:
    """The probe's path belongs to the probe, even where the app has it too."""
    app.add_url_rule("/livez", "own", lambda: "the app's own")
    assert app.test_client().get("/livez").json == {"status": "pass"}


def test_a_middleware_put_around_later(app: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    """A middleware that wraps the app after Baseline sees all, the probes and the id too."""
    inner, seen = app.wsgi_app, []

    def middleware(environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
        def responding(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
            seen.append((environ["PATH_INFO"], status, "X-Request-ID" in dict(headers)))
            return start_response(status, [*headers, ("X-Middleware", "yes")], exc_info)

        return inner(environ, responding)

    app.wsgi_app = middleware
    for path in ("/folder/", "/livez"):
        assert app.test_client().get(path, buffered=True).headers["X-Middleware"] == "yes"
    assert seen == [("/folder/", "200 OK", True), ("/livez", "200 OK", False)]
    assert [line["url.path"] for line in access_lines_of(capsys)] == ["/folder/"]


def test_an_app_that_calls_another(capsys: pytest.CaptureFixture[str]) -> None:
    """Each of two nested requests has its own id, and what its view has bound, in its own event."""
    inner, outer = Flask("inner"), Flask("outer")
    for app in (inner, outer):
        Baseline(app)

    @inner.get("/")
    def stock() -> str:
        bind_contextvars(item="tea")
        return "in stock"

    @outer.get("/")
    def order() -> bytes:
        bind_contextvars(user="ada")
        return call(inner, HTTP_X_REQUEST_ID="inner-1").drain()

    assert call(outer, HTTP_X_REQUEST_ID="outer-1").drain() == b"in stock"
    fields = ("body", "service.name", "request_id", "item", "user")
    assert [[line.get(field) for field in fields] for line in lines_of(capsys)] == [
        [ACCESS, "inner", "inner-1", "tea", "ada"],
        [ACCESS, "outer", "outer-1", None, "ada"],
    ]
