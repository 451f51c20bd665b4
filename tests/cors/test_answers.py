"""Every kind of answer can be read by the page of a good origin, and varies by origin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, abort, make_response, redirect, request

from flask_baseline import Baseline, Problem

from .asking import EVIL, GOOD, ask, granted, shop, varies


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """Return an app with a path for each way to answer."""
    (tmp_path / "style.css").write_text("body {}")
    app = Flask("shop", static_folder=tmp_path, static_url_path="/static")
    app.config["BASELINE_CORS_ORIGINS"] = [GOOD]
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

    @app.get("/etag")
    def etag() -> Response:
        response = make_response("kept")
        response.set_etag("1")
        return response.make_conditional(request)

    app.add_url_rule("/orders", "orders", lambda: {}, methods=["GET", "POST"])
    app.add_url_rule("/fails", "fails", lambda: 1 / 0)
    app.add_url_rule("/aborts", "aborts", lambda: abort(401))
    app.add_url_rule("/moved", "moved", lambda: redirect("/orders"))
    app.add_url_rule("/folder/", "folder", lambda: "in it")
    app.add_url_rule("/nothing", "nothing", lambda: Response(status=204))
    return app


ANSWERS = {
    "200": ("GET", "/orders", 200),
    "head": ("HEAD", "/orders", 200),
    "post": ("POST", "/orders", 200),
    "options-without-a-preflight": ("OPTIONS", "/orders", 200),
    "no-content": ("GET", "/nothing", 204),
    "not-modified": ("GET", "/etag", 304),
    "redirect": ("GET", "/moved", 302),
    "redirect-of-the-router": ("GET", "/folder", 308),
    "unauthorized": ("GET", "/aborts", 401),
    "not-found": ("GET", "/none", 404),
    "wrong-method": ("DELETE", "/orders", 405),
    "problem": ("GET", "/problem", 409),
    "refused-at-the-edge": ("TRACE", "/orders", 405),
    "fails": ("GET", "/fails", 500),
    "closed-by-a-hook": ("GET", "/closed", 503),
    "stream": ("GET", "/stream", 200),
    "static-file": ("GET", "/static/style.css", 200),
}


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("origin", [GOOD, EVIL, None], ids=["good", "foreign", "none"])
def test_any_answer(app: Flask, origin: str | None, method: str, path: str, status: int) -> None:
    """Whatever answers, the good origin alone may read it, and caches know that it depends on the origin."""
    sent = {"HTTP_IF_NONE_MATCH": '"1"'} | ({} if origin is None else {"HTTP_ORIGIN": origin})
    answer = app.test_client().open(path, method=method, environ_overrides=sent, buffered=True)

    assert answer.status_code == status
    assert granted(answer).get("Allow-Origin") == (GOOD if origin == GOOD else None)
    assert bool(granted(answer)) == (origin == GOOD)
    assert "Origin" in varies(answer)


@pytest.mark.parametrize(
    ("vary", "expected"),
    [
        ("Cookie", "Cookie, Origin"),
        ("Accept-Encoding, Cookie", "Accept-Encoding, Cookie, Origin"),
        ("origin", "origin"),
        ("Accept , ORIGIN", "Accept , ORIGIN"),
        ("X-Origin", "X-Origin, Origin"),
        ("*", "*"),
        ("", "Origin"),
    ],
)
@pytest.mark.parametrize("name", ["Vary", "vary"])
def test_a_vary_of_the_view(vary: str, expected: str, name: str) -> None:
    """What the view says that its answer depends on is kept, in one header with ours."""
    app = shop(origins=[GOOD])
    app.add_url_rule("/own", "own", lambda: ("", {name: vary}))

    assert ask(app, "/own").headers.getlist("Vary") == [expected]


def test_a_header_of_the_view_wins() -> None:
    """A view that sets ``Access-Control-Allow-Origin`` itself decides alone."""
    app = shop(origins=[GOOD], credentials=True)
    app.add_url_rule("/own", "own", lambda: ("", {"access-control-allow-origin": "*"}))

    for origin in (GOOD, EVIL):
        answer = ask(app, "/own", origin=origin)
        assert answer.headers.getlist("Access-Control-Allow-Origin") == ["*"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert varies(answer) == ["Origin"]


def test_what_is_exposed() -> None:
    """Scripts may read the id, the tag, the place and the waiting time, and with cookies only if said so."""
    assert granted(ask(shop(origins=[GOOD]))) == {
        "Allow-Origin": GOOD,
        "Expose-Headers": "X-Request-ID, ETag, Location, Retry-After, RateLimit, RateLimit-Policy",
    }
    answer = ask(shop(origins=[GOOD], credentials=True, expose_headers=[]))
    assert granted(answer) == {"Allow-Origin": GOOD, "Allow-Credentials": "true"}


def test_everybody() -> None:
    """With a star every origin may read answers, without a word about credentials, and none is repeated."""
    app = shop(origins=["*"], public=True, allow_headers=["*"])

    for origin in (GOOD, EVIL, "null"):
        assert granted(ask(app, origin=origin))["Allow-Origin"] == "*"
        assert "Allow-Credentials" not in granted(ask(app, origin=origin))
    assert granted(ask(app, origin=None)) == {}


def test_probes_are_not_for_pages() -> None:
    """Probes answer as ever."""
    assert granted(ask(shop(origins=[GOOD]), "/livez")) == {}


def test_off() -> None:
    """Without origins there is neither a header nor an answer of ours."""
    app = shop()
    answer = ask(app)
    assert (granted(answer), "Vary" in answer.headers) == ({}, False)
    assert shop(origins=[GOOD], enabled=False).test_client().options("/orders").headers.get("Vary") is None
