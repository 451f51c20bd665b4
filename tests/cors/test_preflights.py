"""Preflights are answered in the place of the app, and allow what is listed."""

from __future__ import annotations

import pytest
from flask import Flask

from flask_baseline import Baseline

from .asking import EVIL, GOOD, ask, granted, preflight, shop, varies


def test_what_is_allowed() -> None:
    """A good origin learns the methods, the headers and for how long, in an answer without a body."""
    answer = preflight(shop(origins=[GOOD], credentials=True), headers="authorization,content-type")

    assert (answer.status_code, answer.data) == (204, b"")
    assert granted(answer) == {
        "Allow-Origin": GOOD,
        "Allow-Credentials": "true",
        "Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
        "Allow-Headers": "Authorization, Content-Type, X-Request-ID, traceparent, tracestate",
        "Max-Age": "600",
    }
    assert varies(answer) == ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"]


REFUSED = {
    "foreign-origin": (EVIL, "PUT", ""),
    "method-that-is-not-listed": (GOOD, "PURGE", ""),
    "part-of-a-method": (GOOD, "E", ""),
    "several-methods": (GOOD, "GET, PUT", ""),
    "lower-case": (GOOD, "put", ""),
    "empty-method": (GOOD, "", ""),
    "blank-around": (GOOD, " PUT", ""),
    "header-that-is-not-listed": (GOOD, "PUT", "x-evil"),
    "one-of-several": (GOOD, "PUT", "content-type,x-evil"),
    "part-of-a-header": (GOOD, "PUT", "content"),
    "pattern-of-headers": (GOOD, "PUT", "*"),
    "line-end-in-a-header": (GOOD, "PUT", "content-type\r\nx-evil"),
    "bytes": (GOOD, "PUT", "\xff\xfe"),
    "huge": (GOOD, "PUT", ",".join(f"x-{number}" for number in range(10_000))),
}


@pytest.mark.parametrize(("origin", "method", "headers"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(origin: str, method: str, headers: str) -> None:
    """Anything that is not listed is refused with a problem, and nothing in it helps a browser."""
    answer = preflight(shop(origins=[GOOD]), "/orders", method, headers, origin=origin)

    assert (answer.status_code, answer.mimetype) == (403, "application/problem+json")
    assert answer.json is not None
    assert answer.json["detail"] == "This origin may not make this request."
    assert granted(answer) == {}
    assert varies(answer) == ["Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"]


@pytest.mark.parametrize(
    "headers",
    ["", "content-type", "CONTENT-TYPE", "Content-Type , authorization", ",, content-type ,", "X-REQUEST-id"],
)
def test_case_and_blanks_of_headers(headers: str) -> None:
    """Headers are compared without case, and a list may have blanks and empty parts."""
    assert preflight(shop(origins=[GOOD]), headers=headers).status_code == 204


def test_listed_ones() -> None:
    """What is listed is what is allowed, in its spelling; a star allows any header."""
    app = shop(origins=[GOOD], methods=["PURGE"], allow_headers=["X-Mine"], max_age=0)
    allowed = granted(preflight(app, method="PURGE", headers="x-mine"))
    assert (allowed["Allow-Methods"], allowed["Allow-Headers"]) == ("PURGE", "X-Mine")
    assert allowed["Max-Age"] == "0"
    assert preflight(app, method="PUT").status_code == 403

    star = shop(origins=[GOOD], allow_headers=["*", "Authorization"])
    assert granted(preflight(star, headers="x-a,x-b"))["Allow-Headers"] == "*, Authorization"

    none = shop(origins=[GOOD], allow_headers=[], methods=["GET"])
    assert "Allow-Headers" not in granted(preflight(none, method="GET"))


def test_the_private_network_stays_private() -> None:
    """Pages of the public internet are not let into a private network."""
    sent = {
        "HTTP_ORIGIN": GOOD,
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "GET",
        "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK": "true",
    }
    answer = shop(origins=[GOOD]).test_client().options("/orders", environ_overrides=sent)
    assert "Allow-Private-Network" not in granted(answer)


@pytest.fixture
def watched() -> tuple[Flask, list[str]]:
    """Return an app that demands a login of everybody, has a view for OPTIONS, and notes what it is asked."""
    app, seen = Flask("shop"), list[str]()
    app.config.update(BASELINE_CORS_ORIGINS=[GOOD], BASELINE_CORS_PATHS=["/api"])
    Baseline(app)

    @app.before_request
    def login() -> tuple[str, int] | None:
        seen.append("hook")
        return None

    @app.route("/api/own", methods=["OPTIONS"])
    @app.route("/own", methods=["OPTIONS"])
    def own() -> str:
        seen.append("view")
        return "mine"

    return app, seen


@pytest.mark.parametrize("origin", [GOOD, EVIL], ids=["good", "foreign"])
@pytest.mark.parametrize("path", ["/api/own", "/api/none"])
def test_the_app_is_not_asked(watched: tuple[Flask, list[str]], path: str, origin: str) -> None:
    """No hook and no view of the app sees a preflight: it has no credentials to be let in with."""
    app, seen = watched

    assert preflight(app, path, origin=origin).status_code == (204 if origin == GOOD else 403)
    assert seen == []


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"HTTP_ORIGIN": GOOD},
        {"HTTP_ORIGIN": EVIL},
        {"HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"},
    ],
    ids=["plain", "origin", "foreign-origin", "method-alone"],
)
def test_options_of_the_app(watched: tuple[Flask, list[str]], sent: dict[str, str]) -> None:
    """An OPTIONS request that is no preflight is answered by the app."""
    app, seen = watched

    assert app.test_client().options("/api/own", environ_overrides=sent).text == "mine"
    assert seen == ["hook", "view"]


def test_outside_of_the_paths(watched: tuple[Flask, list[str]]) -> None:
    """Where pages of other origins have no say, preflights are the app's."""
    app, seen = watched

    assert preflight(app, "/own").text == "mine"
    assert seen == ["hook", "view"]


def test_an_answer_follows() -> None:
    """What a preflight has allowed is then let through, and what it has refused cannot be read."""
    app = shop(origins=[GOOD])
    assert preflight(app).status_code == 204
    assert granted(ask(app, method="PUT"))["Allow-Origin"] == GOOD
    assert preflight(app, origin=EVIL).status_code == 403
    assert granted(ask(app, method="PUT", origin=EVIL)) == {}
