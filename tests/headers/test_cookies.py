"""The session's cookie, by profile."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, session

from flask_baseline import Baseline

from .conftest import HTTPS, bare


def with_session(profile: str, config: dict[str, object] | None = None, **options: object) -> Flask:
    """Return an app that counts the requests of a session."""
    app = bare(profile, **options)
    app.config.update(config or {})
    Baseline(app)

    @app.get("/count")
    def count() -> dict[str, int]:
        session["count"] = session.get("count", 0) + 1
        return {"count": session["count"]}

    return app


def cookie(app: Flask, base: str = HTTPS) -> tuple[str, set[str]]:
    """Return the name of the session's cookie, and its attributes."""
    answer = app.test_client().get("/count", base_url=base)
    first, *rest = answer.headers["Set-Cookie"].split("; ")
    return first.partition("=")[0], set(rest)


LAX = {"HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.mark.parametrize(
    ("profile", "name", "attributes"),
    [
        ("prod", "__Host-session", {"Secure", *LAX}),
        ("test", "session", LAX),
        ("dev", "session", LAX),
    ],
)
@pytest.mark.parametrize("base", [HTTPS, "http://localhost"])
def test_by_profile(profile: str, base: str, name: str, attributes: set[str]) -> None:
    """In production the cookie is for https and this host alone; scripts and other sites have it never."""
    assert cookie(with_session(profile), base) == (name, attributes)


def test_from_the_start() -> None:
    """Flask's keys say so as soon as the app is made, and not from the first request on."""
    config = with_session("prod").config

    assert config["SESSION_COOKIE_SECURE"] is True
    assert config["SESSION_COOKIE_HTTPONLY"] is True
    assert config["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert config["SESSION_COOKIE_NAME"] == "__Host-session"


@pytest.mark.parametrize("profile", ["dev", "test", "prod"])
@pytest.mark.parametrize("base", ["http://localhost", HTTPS, "http://shop.example"])
def test_a_test_client_keeps_it(profile: str, base: str) -> None:
    """An app's tests have sessions in every profile, over http too."""
    app = with_session(profile)
    with app.test_client() as client:
        assert [client.get("/count", base_url=base).json for _ in range(2)] == [{"count": 1}, {"count": 2}]
        with client.session_transaction(base_url=base) as opened:
            assert opened["count"] == 2
            opened["count"] = 10
        assert client.get("/count", base_url=base).json == {"count": 11}
        assert session["count"] == 11


@pytest.mark.parametrize(
    ("config", "name", "attributes"),
    [
        pytest.param({"SESSION_COOKIE_NAME": "shop"}, "shop", {"Secure", *LAX}, id="name"),
        pytest.param(
            {"SESSION_COOKIE_SAMESITE": "Strict"},
            "__Host-session",
            {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"},
            id="same-site",
        ),
        pytest.param(
            {"SESSION_COOKIE_HTTPONLY": False},
            "__Host-session",
            {"Secure", "Path=/", "SameSite=Lax"},
            id="scripts",
        ),
        pytest.param(
            {"SESSION_COOKIE_DOMAIN": "shop.example"},
            "session",
            {"Secure", "Domain=shop.example", *LAX},
            id="domain",
        ),
        pytest.param(
            {"SESSION_COOKIE_PATH": "/app"},
            "session",
            {"Secure", "HttpOnly", "SameSite=Lax", "Path=/app"},
            id="path",
        ),
        pytest.param(
            {"APPLICATION_ROOT": "/app"},
            "session",
            {"Secure", "HttpOnly", "SameSite=Lax", "Path=/app"},
            id="root",
        ),
    ],
)
def test_what_the_app_says_stays(config: dict[str, object], name: str, attributes: set[str]) -> None:
    """An app's own keys are left alone, and no prefix is put where a browser would refuse it."""
    base = "https://shop.example"
    assert cookie(with_session("prod", config), base) == (name, attributes)


def test_a_name_of_the_server() -> None:
    """With `SERVER_NAME` the cookie has no domain on any version of Flask, which the prefix forbids."""
    app = with_session("prod", {"SERVER_NAME": "shop.example"})

    assert cookie(app, "https://shop.example") == ("__Host-session", {"Secure", *LAX})


@pytest.mark.parametrize(
    ("options", "name", "attributes"),
    [
        ({"session_cookie_host_prefix": False}, "session", {"Secure", *LAX}),
        ({"session_cookie_secure": False}, "session", LAX),
        ({"session_cookie_http_only": False}, "__Host-session", {"Secure", "Path=/", "SameSite=Lax"}),
        (
            {"session_cookie_samesite": "None"},
            "__Host-session",
            {"Secure", "HttpOnly", "Path=/", "SameSite=None"},
        ),
    ],
    ids=["prefix", "secure", "http-only", "same-site"],
)
def test_settings(options: dict[str, Any], name: str, attributes: set[str]) -> None:
    """Each part of it is a key."""
    assert cookie(with_session("prod", **options)) == (name, attributes)


def test_two_apps() -> None:
    """The cookie of one app is not changed by another."""
    first, second = with_session("prod"), with_session("dev")

    assert [cookie(app)[0] for app in (first, second)] == ["__Host-session", "session"]
    assert Flask.default_config["SESSION_COOKIE_SECURE"] is False
