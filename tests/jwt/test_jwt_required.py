"""``jwt_required`` with all its options, and with the managers and loaders that apps have."""

from __future__ import annotations

import warnings
from datetime import timedelta
from typing import Any
from uuid import UUID

import flask_jwt_extended
import pytest
from flask import Flask, jsonify
from flask_jwt_extended import (
    create_access_token,
    create_refresh_token,
    get_jwt,
    get_jwt_header,
    get_jwt_identity,
    get_jwt_request_location,
    jwt_required,
    verify_jwt_in_request,
)

from flask_baseline.auth import current_identity

from .conftest import (
    PROD,
    bare_app,
    bearer,
    csrf,
    expect_denied,
    log_in,
    make_app,
    put_cookie,
)


def view(app: Flask, path: str, **options: Any) -> None:
    """Add a view to *app* that answers who calls, with *options* of ``jwt_required``."""

    @jwt_required(**options)
    def guarded() -> Any:
        return jsonify(
            identity=get_jwt_identity(), ours=current_identity.subject, where=get_jwt_request_location()
        )

    app.add_url_rule(path, path, guarded, methods=["GET", "POST"])


def token_of(app: Flask, identity: Any = "u1", **options: Any) -> str:
    """Return an access token as Flask-JWT-Extended makes it."""
    with app.app_context():
        return create_access_token(identity, **options)


def test_optional() -> None:
    """Where a token is optional nobody is let in as nobody, and a bad token is refused."""
    app = bare_app()
    view(app, "/", optional=True)
    client = app.test_client()

    assert client.get("/").get_json() == {"identity": None, "ours": "", "where": None}
    known = client.get("/", headers=bearer(token_of(app))).get_json()
    assert known == {"identity": "u1", "ours": "u1", "where": "headers"}
    expect_denied(client.get("/", headers=bearer("a.b.c")), "invalid_token")
    expect_denied(client.get("/", headers={"Authorization": "Bearer a b"}), "invalid_request")


FRESH = 'Bearer realm="api", error="insufficient_user_authentication", error_description="{}"'


@pytest.mark.parametrize(
    ("fresh", "is_let_in"),
    [(True, True), (timedelta(minutes=1), True), (False, False), (timedelta(minutes=-1), False)],
)
def test_fresh(fresh: Any, is_let_in: bool) -> None:
    """A view for those who have just logged in asks the others to log in again (RFC 9470)."""
    app = bare_app()
    view(app, "/", fresh=True)

    answer = app.test_client().get("/", headers=bearer(token_of(app, fresh=fresh)))

    if is_let_in:
        assert answer.status_code == 200
    else:
        challenge = FRESH.format("This needs a login that is more recent or stronger.")
        expect_denied(answer, "fresh_login_required", challenge)
        assert answer.status_code == 401


def test_refresh() -> None:
    """A view for refresh tokens takes those alone, and none whose session has ended."""
    app = make_app()
    client, tokens = log_in(app)

    assert client.post("/refreshes", headers=bearer(tokens["refresh_token"])).get_json() == {"identity": "u1"}
    expect_denied(client.post("/refreshes", headers=bearer(tokens["access_token"])), "invalid_token")
    expect_denied(client.post("/refreshes"), "missing_credentials")
    client.post("/logout", headers=bearer(tokens["refresh_token"]))
    expect_denied(client.post("/refreshes", headers=bearer(tokens["refresh_token"])), "token_revoked")


def test_their_refresh_token() -> None:
    """A refresh token that Flask-JWT-Extended makes has a session, can be rotated, and is then used up."""
    app = make_app(BASELINE_JWT_REFRESH_GRACE_SECONDS=0)
    with app.app_context():
        token = create_refresh_token("u9")
    client = app.test_client()

    assert client.post("/refreshes", headers=bearer(token)).get_json() == {"identity": "u9"}
    assert client.post("/refresh", headers=bearer(token)).status_code == 200
    expect_denied(client.post("/refresh", headers=bearer(token)), "session_ended")


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_any_type(which: str) -> None:
    """A view for tokens of both types takes both."""
    app = make_app()
    view(app, "/any", verify_type=False)
    client, tokens = log_in(app)

    assert client.get("/any", headers=bearer(tokens[which])).get_json()["identity"] == "u1"
    expect_denied(client.get("/any"), "missing_credentials")
    expect_denied(client.get("/any", headers=bearer("x")), "invalid_token")


@pytest.mark.parametrize(
    ("locations", "header", "cookie"),
    [
        ("headers", 200, 401),
        (["cookies"], 401, 200),
        (["headers", "cookies"], 200, 200),
        (["query_string"], 401, 401),
    ],
)
def test_locations(locations: Any, header: int, cookie: int) -> None:
    """A view can take tokens of one place alone, out of those that the settings have."""
    app = bare_app(BASELINE_JWT_TRANSPORT="both")
    view(app, "/", locations=locations)
    token = token_of(app)
    client = app.test_client()
    put_cookie(client, "access", token)

    assert app.test_client().get("/", headers=bearer(token)).status_code == header
    assert client.get("/").status_code == cookie


def test_a_token_in_the_query() -> None:
    """A token in the query is none, though a view ask for it: logs keep queries."""
    app = bare_app()
    view(app, "/", locations=["query_string", "json"])

    expect_denied(app.test_client().get(f"/?jwt={token_of(app)}"), "missing_credentials")


def test_revocation_is_always_checked() -> None:
    """No view can leave the check out whether a token is revoked."""
    app = make_app()
    view(app, "/", skip_revocation_check=True)
    client, tokens = log_in(app)
    client.post("/logout", headers=bearer(tokens["access_token"]))

    expect_denied(client.get("/", headers=bearer(tokens["access_token"])), "token_revoked")


def test_by_hand() -> None:
    """What checks a token in the middle of a view is hardened as well."""
    app = bare_app()

    @app.get("/")
    def index() -> Any:
        verify_jwt_in_request()
        flask_jwt_extended.verify_jwt_in_request(optional=True)
        return {"claims": get_jwt(), "header": get_jwt_header()}

    client = app.test_client()
    answer = client.get(
        "/", headers=bearer(token_of(app, additional_claims={"deep": {"list": [1]}}))
    ).get_json()

    assert answer["claims"]["deep"] == {"list": [1]}
    assert answer["header"]["typ"] == "at+jwt"
    expect_denied(client.get("/"), "missing_credentials")


@pytest.mark.parametrize(
    ("identity", "subject"),
    [(7, "7"), (UUID(int=5), str(UUID(int=5))), ("u1", "u1")],
    ids=["number", "UUID", "text"],
)
def test_identities(identity: Any, subject: str) -> None:
    """A number or a UUID is a text in the token."""
    app = bare_app()
    view(app, "/")

    answer = app.test_client().get("/", headers=bearer(token_of(app, identity)))

    assert answer.get_json()["identity"] == subject


def test_a_handler_of_the_app() -> None:
    """The app's own handler of 401 answers for both, and its answer has the challenge."""
    app = make_app()
    app.errorhandler(401)(lambda error: ("please log in", 401))
    client = app.test_client()

    for path in ("/ours", "/theirs"):
        answer = client.get(path, headers=bearer("x"))
        assert (answer.text, answer.status_code) == ("please log in", 401)
        assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_without_problems() -> None:
    """An app whose errors are pages gets the same statuses and challenges."""
    app = make_app(BASELINE_VALIDATION_ENABLED=False)
    client = app.test_client()

    for path in ("/ours", "/theirs"):
        for headers in ({}, bearer("x")):
            answer = client.get(path, headers=headers)
            assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
            assert "WWW-Authenticate" in answer.headers


def test_nothing_is_warned_of() -> None:
    """A login and a guarded request of production warn of nothing."""
    app = make_app(**{**PROD, "BASELINE_PROFILE": "test", "BASELINE_JWT_STORE": "memory"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client, tokens = log_in(app)
        assert client.get("/theirs", headers=bearer(tokens["access_token"])).status_code == 200


def test_without_auth() -> None:
    """Where auth is off a guarded view says so, and lets nobody in."""
    app = make_app(BASELINE_AUTH_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    client, tokens = log_in(app)

    for path in ("/ours", "/theirs"):
        assert client.get(path, headers=bearer(tokens["access_token"])).status_code == 500


def test_cookie_and_csrf_of_theirs() -> None:
    """A guarded request by cookie has its claims, and where the token was."""
    app = make_app(BASELINE_JWT_TRANSPORT="cookie")
    view(app, "/where")
    client, _ = log_in(app)

    answer = client.post("/where", headers=csrf(client)).get_json()

    assert answer == {"identity": "u1", "ours": "u1", "where": "cookies"}
