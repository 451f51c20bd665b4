"""What tokens have, and what they cannot have."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from flask_baseline.auth import issue_tokens, login_failed, signals
from flask_baseline.auth.signals import login

from .conftest import bare_app, bearer, cookie_of, make_app
from .test_refresh import claims_of


@pytest.fixture(scope="module")
def app() -> Flask:
    """Return an app that issues tokens."""
    return bare_app()


def test_the_claims(app: Flask) -> None:
    """An access token has what RFC 9068 asks for, and a refresh token has its session."""
    with app.app_context():
        tokens = issue_tokens("u1", scopes=["a", "b"], roles=["clerk"], claims={"tenant": {"id": 1}})

    access, refresh = claims_of(tokens.access_token), claims_of(tokens.refresh_token)
    assert {
        name: access[name] for name in ("iss", "aud", "sub", "type", "scope", "roles", "tenant", "fresh")
    } == {
        "iss": "shop",
        "aud": "shop",
        "sub": "u1",
        "type": "access",
        "scope": "a b",
        "roles": ["clerk"],
        "tenant": {"id": 1},
        "fresh": True,
    }
    assert access["exp"] - access["iat"] == 900 == tokens.expires_in
    assert access["auth_time"] == access["iat"]
    assert len({access["jti"], refresh["jti"]}) == 2
    assert (refresh["type"], refresh["gen"], refresh["sid"]) == ("refresh", 0, access["sid"])
    assert refresh["exp"] - refresh["iat"] == 604_800
    assert refresh["sxp"] - refresh["iat"] == 2_592_000


def test_no_more_than_that(app: Flask) -> None:
    """Rights that are not given are not in the tokens, and a login that was long ago is not fresh."""
    with app.app_context():
        tokens = issue_tokens("u1", fresh=False)

    claims = claims_of(tokens.access_token)
    assert {"scope", "roles", "auth_time"} & claims.keys() == set()
    assert claims["fresh"] is False
    assert "scope" not in tokens


def test_an_answer() -> None:
    """A view can return what it gets, and nobody may keep the answer."""
    app = bare_app()
    app.add_url_rule("/login", "login", lambda: issue_tokens("u1", scopes=["a"]), methods=["POST"])

    answer = app.test_client().post("/login")

    body = answer.get_json()
    assert {name: body[name] for name in ("token_type", "expires_in", "scope")} == {
        "token_type": "Bearer",
        "expires_in": 900,
        "scope": "a",
    }
    assert len(body) == 5
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_endpoint() -> None:
    """A view that is validated can return it as well."""
    from flask_baseline import endpoint

    app = bare_app()

    def log_in() -> dict[str, Any]:
        return issue_tokens("u1")

    app.add_url_rule("/login", "login", endpoint(log_in), methods=["POST"])

    assert app.test_client().post("/login").get_json()["token_type"] == "Bearer"


@pytest.mark.parametrize(("subject", "text"), [(7, "7"), (UUID(int=5), str(UUID(int=5))), ("ü", "ü")])
def test_subjects(app: Flask, subject: Any, text: str) -> None:
    """A number or a UUID is a text in the token (RFC 7519, section 4.1.2)."""
    with app.app_context():
        assert claims_of(issue_tokens(subject).access_token)["sub"] == text


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"subject": None}, TypeError, "NoneType"),
        ({"subject": True}, TypeError, "bool"),
        ({"subject": 1.5}, TypeError, "float"),
        ({"subject": b"u1"}, TypeError, "bytes"),
        ({"subject": ""}, ValueError, "empty"),
        ({"subject": "u\0"}, ValueError, "character"),
        ({"subject": "\ud800"}, ValueError, "character"),
        ({"scopes": "orders:read"}, TypeError, r'such as \["orders:read"\]'),
        ({"scopes": [1]}, TypeError, "texts in a list"),
        ({"scopes": ["a b"]}, ValueError, "space"),
        ({"scopes": [""]}, ValueError, "empty"),
        ({"scopes": ['"']}, ValueError, "character"),
        ({"roles": "admin"}, TypeError, r'such as \["admin"\]'),
        ({"roles": [None]}, TypeError, "texts in a list"),
        ({"claims": {"when": object()}}, TypeError, "no form in JSON"),
        ({"claims": {"big": "x" * 9_000}}, ValueError, "8000 are taken"),
        ({"cookies": True}, ValueError, "BASELINE_JWT_TRANSPORT is header"),
    ],
)
def test_what_cannot_be(app: Flask, arguments: dict[str, Any], error: type[Exception], text: str) -> None:
    """What tokens cannot have is an error that names it."""
    with app.app_context(), pytest.raises(error, match=text):
        issue_tokens(**{"subject": "u1", **arguments})


@pytest.mark.parametrize(
    "name",
    (
        "iss sub aud exp nbf iat jti sid type fresh csrf gen sxp auth_time scope roles client_id cnf claims"
    ).split(),
)
def test_claims_with_a_meaning(app: Flask, name: str) -> None:
    """A claim that has a meaning cannot be overridden."""
    with app.app_context(), pytest.raises(ValueError, match=f"Tokens have {name} themselves"):
        issue_tokens("u1", claims={name: "admin"})


def test_claims_of_every_token() -> None:
    """Claims that Flask-JWT-Extended adds to every token are in ours too."""
    from flask_jwt_extended import JWTManager

    app = bare_app()
    JWTManager(app).additional_claims_loader(lambda identity: {"name": identity.upper(), "sid": "stolen"})
    with app.app_context():
        claims = claims_of(issue_tokens("u1").access_token)

    assert claims["name"] == "U1"
    assert claims["sid"] != "stolen"


def test_it_is_told(app: Flask) -> None:
    """A login is an event."""
    told: list[object] = []
    login.connect(lambda sender, **_: told.append(sender), app, weak=False)

    with app.app_context():
        issue_tokens("u1")

    assert told == [app]


def test_a_login_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """A login that fails is a refusal, and an event with the name, which no log or answer has."""
    told: list[object] = []
    app = bare_app()
    signals.login_failed.connect(lambda sender, subject, **_: told.append(subject), app, weak=False)

    @app.post("/login")
    def log_in() -> None:
        raise login_failed("planted")

    answer = app.test_client().post("/login")

    assert (answer.status_code, answer.get_json()["code"]) == (400, "login_failed")
    assert told == ["planted"]
    assert "planted" not in answer.text + caplog.text


def test_secrets_are_not_shown(app: Flask) -> None:
    """What is returned does not print its tokens."""
    with app.app_context():
        tokens = issue_tokens("u1")

    assert repr(tokens) == "Tokens(expires_in=900)"


def test_both_transports() -> None:
    """With both, a login answers with tokens, unless it is asked to set cookies."""
    app = make_app(BASELINE_JWT_TRANSPORT="both")
    app.add_url_rule("/page", "page", lambda: issue_tokens("u1", cookies=True), methods=["POST"])
    client = app.test_client()

    assert "access_token" in client.post("/login").get_json()
    assert cookie_of(client, "access") is None
    assert client.post("/page").get_json() == {"expires_in": 900}
    assert client.get("/ours").get_json() == {"subject": "u1"}


def test_routes() -> None:
    """Refresh and logout are routes where the settings have paths for them."""
    app = make_app(BASELINE_JWT_REFRESH_PATH="/auth/refresh", BASELINE_JWT_LOGOUT_PATH="/auth/logout")
    client = app.test_client()
    first = client.post("/login").get_json()

    second = client.post("/auth/refresh", headers=bearer(first["refresh_token"])).get_json()
    done = client.post("/auth/logout", headers=bearer(second["access_token"]))

    assert (done.status_code, done.data) == (204, b"")
    assert client.get("/ours", headers=bearer(second["access_token"])).status_code == 401
    assert client.get("/auth/logout").status_code == 405
    plain = make_app().test_client()
    assert [plain.post(path).status_code for path in ("/auth/refresh", "/auth/logout")] == [404, 404]


def test_routes_where_all_is_guarded() -> None:
    """Where everything is guarded, the routes that need another proof are open."""
    app = bare_app(
        BASELINE_AUTH_DEFAULT="deny",
        BASELINE_JWT_REFRESH_PATH="/auth/refresh",
        BASELINE_JWT_LOGOUT_PATH="/auth/logout",
    )
    with app.app_context():
        tokens = issue_tokens("u1")
    client = app.test_client()

    assert client.post("/auth/refresh", headers=bearer(tokens.refresh_token)).status_code == 200
    assert client.post("/auth/logout", headers=bearer(tokens.refresh_token)).status_code == 204
