"""No kind of answer is without the headers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, abort, redirect, request, send_file, stream_with_context
from flask.typing import ResponseReturnValue
from werkzeug.test import Client

from flask_baseline import Baseline, Problem

from .conftest import API, PAGE, MakeApp, bare, sent


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """Return an app with every kind of answer."""
    (tmp_path / "site.css").write_text("p {}")
    (tmp_path / "worker.js").write_text("close()")
    app = bare()
    app.static_folder = str(tmp_path)
    app.add_url_rule("/static/<path:filename>", "files", app.send_static_file)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    Baseline(app)

    @app.before_request
    def login() -> ResponseReturnValue | None:
        """Answer in the place of the view, as an extension for logins does."""
        return redirect("/login") if request.path == "/private" else None

    @app.get("/private")
    def private() -> str:
        return "never"

    @app.get("/broken")
    def broken() -> str:
        raise LookupError

    @app.get("/forbidden")
    def forbidden() -> str:
        abort(403)

    @app.get("/tagged")
    def tagged() -> Response:
        response = Response('{"n": 1}', mimetype="application/json")
        response.set_etag("1")
        return response.make_conditional(request)

    @app.get("/stream")
    def stream() -> Response:
        def rows() -> Iterator[str]:
            yield "data: 1\n\n"
            yield "data: 2\n\n"

        return Response(stream_with_context(rows()), mimetype="text/event-stream")

    @app.get("/download")
    def download() -> Response:
        return send_file(tmp_path / "site.css", mimetype="text/css")

    @app.get("/problem")
    def problem() -> str:
        raise Problem(409, "It is there already.")

    @app.get("/slash/")
    def slash() -> str:
        return "here"

    return app


TABLE = [
    pytest.param("GET", "/page", 200, PAGE, {}, id="200-page"),
    pytest.param("GET", "/json", 200, API, {}, id="200-json"),
    pytest.param("HEAD", "/page", 200, PAGE, {}, id="head"),
    pytest.param("OPTIONS", "/page", 200, PAGE, {}, id="options"),
    pytest.param("GET", "/tagged", 304, API, {"If-None-Match": '"1"'}, id="304"),
    pytest.param(
        "GET", "/tagged", 304, PAGE, {"If-None-Match": '"1"', "Accept": "text/html"}, id="304-navigation"
    ),
    pytest.param("GET", "/missing", 404, PAGE, {}, id="404"),
    pytest.param("POST", "/page", 405, PAGE, {}, id="405"),
    pytest.param("GET", "/forbidden", 403, PAGE, {}, id="403"),
    pytest.param("GET", "/broken", 500, PAGE, {}, id="500"),
    pytest.param("GET", "/private", 302, PAGE, {}, id="before-request"),
    pytest.param("GET", "/slash", 308, PAGE, {}, id="redirect-of-routing"),
    pytest.param("GET", "/static/site.css", 200, API, {}, id="static"),
    pytest.param("GET", "/static/worker.js", 200, PAGE, {}, id="static-script"),
    pytest.param("GET", "/static/site.css", 206, API, {"Range": "bytes=0-1"}, id="range"),
    pytest.param("GET", "/download", 200, API, {}, id="file"),
    pytest.param("GET", "/stream", 200, API, {}, id="stream"),
    pytest.param("GET", "/problem", 409, API, {}, id="problem"),
    pytest.param("TRACE", "/page", 405, API, {}, id="refused-method"),
]


@pytest.mark.parametrize(("method", "path", "status", "expected", "headers"), TABLE)
def test_it_is_there(
    app: Flask, method: str, path: str, status: int, expected: dict[str, str], headers: dict[str, str]
) -> None:
    """An answer has its set, whoever gave it: the view, Flask, another extension, or the edge."""
    with app.test_client().open(path, method=method, headers=headers) as answer:
        assert answer.status_code == status
        assert sent(answer) == expected


def test_too_large() -> None:
    """A body that is too large is refused with the headers."""
    app = bare()
    app.config["BASELINE_INGRESS_MAX_BODY_BYTES"] = 4
    Baseline(app)
    app.add_url_rule("/post", "post", lambda: request.get_data(), methods=["POST"])
    answer = app.test_client().post("/post", data=b"12345")

    assert answer.status_code == 413
    assert sent(answer) == PAGE


def test_a_host_that_is_refused() -> None:
    """What the edge refuses before Flask sees it has the headers."""
    app = bare()
    app.config["BASELINE_INGRESS_TRUSTED_HOSTS"] = ["shop.example"]
    Baseline(app)
    answer = app.test_client().get("/page", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert sent(answer) == API


@pytest.mark.parametrize("debug", [False, True], ids=["prod", "debug"])
def test_an_error_page_of_the_app(debug: bool) -> None:
    """The app's own page for an error has the set of pages, in debug mode too."""
    app = bare("dev" if debug else "prod")
    app.debug = debug
    app.config["PROPAGATE_EXCEPTIONS"] = False
    Baseline(app)
    app.register_error_handler(500, lambda error: ("<p>Sorry</p>", 500))
    app.add_url_rule("/broken", "broken", lambda: 1 / 0)
    answer = app.test_client().get("/broken")

    assert answer.status_code == 500
    assert sent(answer) == PAGE


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_probes_have_none(app: Flask, path: str) -> None:
    """Probes are for machines, and have none of the headers."""
    answer = app.test_client().get(path)

    assert answer.status_code == 200
    assert sent(answer) == {}


def test_the_page_of_the_documents() -> None:
    """The page of the API's documents keeps its own policy and its caching, and has all other headers."""
    app = bare()
    app.config.update(BASELINE_OPENAPI_ENABLED=True, BASELINE_OPENAPI_UI_ENABLED=True)
    Baseline(app)
    answer = app.test_client().get("/docs")

    own = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert sent(answer) == {**PAGE, "Content-Security-Policy": own}
    assert answer.headers.getlist("Cache-Control") == ["no-cache"]


def test_two_apps_in_one_server(make: MakeApp) -> None:
    """An app that calls another one's answers has that one's headers, and not both."""
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    outer, inner = make(), make(frame_options="SAMEORIGIN")
    client = Client(DispatcherMiddleware(outer, {"/inner": inner}))

    assert client.get("/inner/page").headers["X-Frame-Options"] == "SAMEORIGIN"
    assert client.get("/page").headers["X-Frame-Options"] == "DENY"
