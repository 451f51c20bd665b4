"""What a client is told."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, Response
from werkzeug.exceptions import HTTPException, TooManyRequests

from flask_baseline import Problem
from flask_baseline.ratelimit import rate_limit

from .conftest import make_app, statuses


def test_what_is_left(store: str) -> None:
    """Every answer has the policies, and what is left of each until when."""
    app = make_app(store=store)
    app.add_url_rule("/view", "view", rate_limit("2/minute", "100/15minute")(lambda: ""))
    client = app.test_client()

    answers = [client.get("/view").headers for _ in range(2)]

    for headers, left in zip(answers, (1, 0), strict=True):
        policies = '"2/minute";q=2;w=60, "100/15minute";q=100;w=900'
        assert headers["RateLimit-Policy"] == policies
        found = re.fullmatch(
            r'"2/minute";r=(\d+);t=(\d+), "100/15minute";r=(\d+);t=(\d+)', headers["RateLimit"]
        )
        assert found is not None
        assert [int(found[1]), int(found[3])] == [left, 98 + left]
        assert 1 <= int(found[2]) <= 60
        assert 1 <= int(found[4]) <= 900


def test_a_refusal(store: str) -> None:
    """A request above the limit is answered 429 with a problem, and when to come back."""
    app = make_app(store=store, default="1/minute")
    client = app.test_client()
    client.get("/")

    refused = client.get("/")

    assert refused.status_code == 429
    assert refused.mimetype == "application/problem+json"
    assert refused.json == {
        "type": "about:blank",
        "title": "Too Many Requests",
        "status": 429,
        "detail": "Too many requests.",
    }
    wait = refused.headers["Retry-After"]
    assert 1 <= int(wait) <= 60
    assert refused.headers["RateLimit"] == f'"1/minute";r=0;t={wait}'
    assert refused.headers["RateLimit-Policy"] == '"1/minute";q=1;w=60'


def test_retry_after_is_true(store: str) -> None:
    """A client that comes back when it was told is served."""
    app = make_app(store=store, default="3/second")
    client = app.test_client()
    deadline = time.monotonic() + 30
    while (answer := client.get("/")).status_code != 429:
        assert time.monotonic() < deadline

    time.sleep(int(answer.headers["Retry-After"]))

    assert client.get("/").status_code == 200


def test_no_limit_no_headers() -> None:
    """An answer that has no limit says nothing."""
    app = make_app()

    headers = app.test_client().get("/").headers

    assert not {"RateLimit", "RateLimit-Policy", "Retry-After"} & {*headers.keys()}


def test_headers_off(store: str) -> None:
    """With HEADERS off only a refusal says when to come back."""
    app = make_app(store=store, default="1/hour", headers=False)
    client = app.test_client()

    first, refused = client.get("/").headers, client.get("/").headers

    assert "Retry-After" not in first
    assert int(refused["Retry-After"]) >= 1
    assert not any(
        name in headers for headers in (first, refused) for name in ("RateLimit", "RateLimit-Policy")
    )


def test_a_view_that_says_it_itself() -> None:
    """A header that the view has set wins."""
    app = make_app(default="5/hour")
    app.add_url_rule("/own", "own", lambda: Response(headers={"ratelimit": "mine"}))

    headers = app.test_client().get("/own").headers

    assert headers.getlist("RateLimit") == ["mine"]
    assert "RateLimit-Policy" not in headers


def test_two_keys_with_one_limit() -> None:
    """A policy is named once, with the least that is left."""
    app = make_app()
    view = rate_limit("5/hour")(rate_limit("5/hour", key=lambda: "user")(lambda: ""))
    app.add_url_rule("/view", "view", view)
    statuses(app, "/view", count=2, environ_base={"REMOTE_ADDR": "192.0.2.9"})

    headers = app.test_client().get("/view").headers

    assert headers["RateLimit-Policy"] == '"5/hour";q=5;w=3600'
    assert headers["RateLimit"].startswith('"5/hour";r=2;')


@pytest.mark.parametrize("features", [(), ("validation",)], ids=["alone", "with validation"])
@pytest.mark.parametrize("handled", [429, TooManyRequests, Problem, HTTPException, Exception], ids=str)
def test_a_page_of_the_app(handled: Any, features: tuple[str, ...]) -> None:
    """An error handler of the app makes the answer, to which the headers are added."""
    app = make_app(*features, default="1/hour")

    @app.errorhandler(handled)
    def page(error: TooManyRequests) -> tuple[str, int]:
        return f"<h1>Wait {error.retry_after} s</h1>", 429

    client = app.test_client()
    client.get("/")
    refused = client.get("/")

    assert refused.status_code == 429
    assert refused.text == f"<h1>Wait {refused.headers['Retry-After']} s</h1>"
    assert refused.headers["RateLimit"].startswith('"1/hour";r=0;')


def test_an_answer_that_is_none_of_ours() -> None:
    """An error handler that answers with another status has no Retry-After of ours."""
    app = make_app(default="1/hour")
    app.register_error_handler(429, lambda _: ("busy", 200))
    client = app.test_client()
    client.get("/")

    refused = client.get("/")

    assert (refused.status_code, refused.text) == (200, "busy")
    assert "Retry-After" not in refused.headers


def test_an_own_retry_after() -> None:
    """A page with its own Retry-After keeps it."""
    app = make_app(default="1/hour")
    app.register_error_handler(429, lambda _: ("busy", 429, {"Retry-After": "7"}))
    client = app.test_client()
    client.get("/")

    assert client.get("/").headers.getlist("Retry-After") == ["7"]


def test_an_own_429() -> None:
    """A view that answers 429 itself says itself when to come back."""
    app = make_app(default="5/hour")
    app.add_url_rule("/busy", "busy", lambda: ("busy", 429))

    assert "Retry-After" not in app.test_client().get("/busy").headers


def test_a_page_of_another_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of an allowed origin can read a refusal."""
    monkeypatch.setenv("BASELINE_CORS_ORIGINS", "https://app.example.com")
    app = make_app("cors", "headers", default="1/hour")
    client = app.test_client()
    origin = {"Origin": "https://app.example.com"}
    client.get("/", headers=origin)

    refused = client.get("/", headers=origin)

    assert refused.status_code == 429
    assert refused.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert "Retry-After" in refused.headers["Access-Control-Expose-Headers"]
    assert refused.headers["X-Content-Type-Options"] == "nosniff"


def _stream() -> Response:
    return Response(iter(["a", "b"]))


def _fail() -> Response:
    raise RuntimeError


@pytest.mark.parametrize("view", [_stream, _fail], ids=["streamed", "500"])
def test_other_answers(view: Callable[[], Response]) -> None:
    """A streamed answer and a failure say what is left too."""
    app: Flask = make_app(default="5/hour")
    app.add_url_rule("/view", "view", view)

    assert '"5/hour";r=4;' in app.test_client().get("/view").headers["RateLimit"]
