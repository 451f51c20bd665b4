"""Who is counted: what a key names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, abort, g, request

from flask_baseline.ratelimit import rate_limit

from .conftest import make_app, statuses

FROM_ELSEWHERE = {"environ_base": {"REMOTE_ADDR": "192.0.2.9"}}


def keyed(key: Callable[[], Any], store: str = "memory") -> Flask:
    """Return an app with a view that is limited by *key*."""
    app = make_app(store=store)
    app.add_url_rule("/view", "view", rate_limit("1/hour", key=key)(lambda: "found"))
    return app


def test_each_name_for_itself(store: str) -> None:
    """Each name is counted for itself, wherever its requests come from."""
    app = keyed(lambda: request.headers["User"], store)

    assert statuses(app, "/view", headers={"User": "one"}) == [200, 429, 429]
    assert statuses(app, "/view", headers={"User": "one"}, **FROM_ELSEWHERE) == [429] * 3
    assert statuses(app, "/view", headers={"User": "two"}) == [200, 429, 429]


def test_what_a_hook_finds_out() -> None:
    """A key may use what the before_request functions of the app and of the blueprint have found out."""
    app = keyed(lambda: g.user)

    @app.before_request
    def load_user() -> None:
        g.user = request.headers["User"]

    assert statuses(app, "/view", headers={"User": "one"}) == [200, 429, 429]
    assert statuses(app, "/view", headers={"User": "two"}) == [200, 429, 429]


def test_a_hook_that_refuses() -> None:
    """A request that a before_request function refuses is not counted by a key."""
    app = keyed(lambda: "one")
    app.before_request(lambda: None if "User" in request.headers else abort(401))

    assert statuses(app, "/view") == [401] * 3
    assert statuses(app, "/view", headers={"User": "one"}) == [200, 429, 429]


def test_an_address_is_counted_before_hooks() -> None:
    """By address also those requests are counted that a before_request function refuses."""
    app = make_app(default="2/hour")
    app.before_request(lambda: abort(401))

    assert statuses(app) == [401, 401, 429]


@pytest.mark.parametrize(
    "name",
    ["a" * 1_000_000, "käthe ✓", "\ud800", "a\x00b", "a\r\nb: c", "/{}:*", 7, 0, -1],
    ids=[
        "huge",
        "non-ascii",
        "surrogate",
        "zero byte",
        "lines",
        "of the store",
        "number",
        "zero",
        "negative",
    ],
)
def test_odd_names(store: str, name: str | int) -> None:
    """Any text or number is a name, and none of another client."""
    app = keyed(lambda: name if "Odd" in request.headers else "other", store)

    assert statuses(app, "/view", headers={"Odd": "1"}) == [200, 429, 429]
    assert statuses(app, "/view") == [200, 429, 429]


@pytest.mark.parametrize("name", [None, ""], ids=["none", "empty"])
def test_without_a_name(name: str | None) -> None:
    """A request without a name is counted by its address, and never left uncounted."""
    app = keyed(lambda: name)

    assert statuses(app, "/view") == [200, 429, 429]
    assert statuses(app, "/view", **FROM_ELSEWHERE) == [200, 429, 429]


def test_a_name_that_looks_like_an_address() -> None:
    """A client that is called like the address of another one does not use up what that one has."""
    app = keyed(lambda: request.headers.get("User"))

    assert statuses(app, "/view", headers={"User": "192.0.2.9"}) == [200, 429, 429]
    assert statuses(app, "/view", **FROM_ELSEWHERE) == [200, 429, 429]


def test_a_key_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """A key that raises is a failure of the app as in its view: a 500, which Flask logs."""
    app = keyed(lambda: g.nobody)

    assert statuses(app, "/view") == [500] * 3
    assert "Exception on /view [GET]" in caplog.text
    assert "nobody" in caplog.text


def test_a_key_that_refuses() -> None:
    """A key may refuse a request as a view can."""
    assert statuses(keyed(lambda: abort(401)), "/view") == [401] * 3


def test_a_key_of_a_wrong_type(caplog: pytest.LogCaptureFixture) -> None:
    """What is neither text nor a number is an error, for its text may be another one each time."""
    assert statuses(keyed(object), "/view") == [500] * 3
    assert "A key of rate_limit returned object, and not a text or a number." in caplog.text


def test_a_key_is_asked_once() -> None:
    """A key of several limits is asked once for a request."""
    asked: list[int] = []
    app = make_app()

    def key() -> str:
        asked.append(1)
        return "user"

    app.add_url_rule("/view", "view", rate_limit("5/second", "9/hour", key=key)(lambda: "found"))

    assert statuses(app, "/view", count=2) == [200, 200]
    assert len(asked) == 2


def test_two_keys_for_one_client() -> None:
    """Two keys that name the same client count its request once."""
    app = make_app()
    view = rate_limit("2/hour", key=lambda: "user")(rate_limit("2/hour", key=lambda: "user")(lambda: ""))
    app.add_url_rule("/view", "view", view)

    assert statuses(app, "/view") == [200, 200, 429]
