"""Tokens and clients for the tests of an app."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request

from flask_baseline import Baseline
from flask_baseline.auth import current_identity, require_auth, require_scopes, revoke
from flask_baseline.errors import NotInitializedError
from flask_baseline.testing import expect_denied, frozen_clock, identity_client, mint


@pytest.fixture(params=["header", "cookie", "both"])
def app(request: pytest.FixtureRequest) -> Flask:
    """Return an app with guarded views, for each transport."""
    return make_app(BASELINE_JWT_TRANSPORT=request.param)


def make_app(**config: Any) -> Flask:
    """Return an app with guarded views."""
    app = Flask("shop")
    app.config.update(BASELINE_PROFILE="test", BASELINE_JWT_ENABLED=True, **config)
    Baseline(app)

    @app.route("/me", methods=["GET", "POST"])
    @require_auth
    def me() -> Any:
        return {"subject": current_identity.subject, "roles": sorted(current_identity.roles)}

    app.add_url_rule("/orders", "orders", require_scopes("orders:read")(lambda: request.method))
    return app


def test_a_client_that_is_logged_in(app: Flask) -> None:
    """A client is logged in as whom the test wants, and may write as well."""
    client = identity_client(app, "u7", scopes=["orders:read"], roles=["clerk"])

    for answer in (client.get("/me"), client.post("/me")):
        assert answer.get_json() == {"subject": "u7", "roles": ["clerk"]}
    assert client.get("/orders").status_code == 200
    expect_denied(identity_client(app).get("/orders"), "insufficient_scope")
    expect_denied(app.test_client().get("/me"), "missing_credentials")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"exp": 0}, "token_expired"),
        ({"key": "other"}, "invalid_token"),
        ({"header": {"typ": "JWT"}}, "invalid_token"),
        ({"header": {"kid": None}}, None),
        ({"aud": "other"}, "invalid_token"),
        ({"jti": None}, "invalid_token"),
        ({}, None),
    ],
)
def test_tokens(changes: dict[str, Any], code: str | None) -> None:
    """A token is as good or as bad as the test wants it."""
    app = make_app()
    answer = app.test_client().get("/me", headers={"Authorization": f"Bearer {mint(app, 'u7', **changes)}"})

    if code is None:
        assert answer.get_json()["subject"] == "u7"
    else:
        expect_denied(answer, code)


@pytest.mark.parametrize(
    ("given", "code"),
    [({"scopes": ["orders:read"]}, None), ({"scope": "a orders:read"}, None), ({}, "insufficient_scope")],
    ids=["scopes", "claim", "none"],
)
def test_scopes_of_a_token(given: dict[str, Any], code: str | None) -> None:
    """A token is good for what the test says."""
    app = make_app()
    answer = app.test_client().get("/orders", headers={"Authorization": f"Bearer {mint(app, **given)}"})

    assert (answer.status_code, (answer.get_json(silent=True) or {}).get("code")) == (
        403 if code else 200,
        code,
    )


@pytest.mark.parametrize(("sid", "code"), [({}, None), ({"sid": None}, "token_revoked")], ids=["own", "none"])
def test_a_token_after_a_logout_everywhere(sid: dict[str, Any], code: str | None) -> None:
    """What an earlier test has ended does not end the token of the next, unless it has no session."""
    app = make_app()
    with frozen_clock() as clock, app.app_context():
        before = mint(app, **sid)
        clock.shift(0.5)
        revoke("u1")
        after = mint(app, **sid)
        client = app.test_client()
        expect_denied(client.get("/me", headers={"Authorization": f"Bearer {before}"}), "token_revoked")
        answer = client.get("/me", headers={"Authorization": f"Bearer {after}"})
        assert (answer.get_json() or {}).get("code") == code


@pytest.mark.parametrize("kind", ["ed25519", "p256", "rsa", "secret"])
def test_tokens_of_another_key(kind: Any) -> None:
    """A token of another key is one of the same kind."""
    import json

    from flask_baseline.jwt.keys import generated

    app = make_app(BASELINE_JWT_KEYS=[json.dumps(generated(kind).private())])
    client = app.test_client()

    assert client.get("/me", headers={"Authorization": f"Bearer {mint(app)}"}).status_code == 200
    expect_denied(
        client.get("/me", headers={"Authorization": f"Bearer {mint(app, key='other')}"}), "invalid_token"
    )


def test_time(app: Flask) -> None:
    """The clock can be moved, so that a token expires without a wait."""
    client = identity_client(app)

    with frozen_clock() as clock:
        assert client.get("/me").status_code == 200
        clock.shift(900 + 31)
        expect_denied(client.get("/me"), "token_expired")


def test_a_refusal_that_is_none(app: Flask) -> None:
    """What is not refused in that way fails the test."""
    with pytest.raises(AssertionError, match="The answer is 200 with the code None, and not invalid_token"):
        expect_denied(identity_client(app).get("/me"), "invalid_token")


def test_an_app_without_tokens() -> None:
    """An app that issues no tokens has none for its tests."""
    app = Flask("shop")
    Baseline(app)

    for make in (mint, identity_client):
        with pytest.raises(NotInitializedError, match="set BASELINE_JWT_ENABLED in its tests"):
            make(app)  # type: ignore[operator]
