"""Apps that issue tokens, and what their clients do."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask_jwt_extended import get_jwt, get_jwt_identity, jwt_required
from werkzeug.test import TestResponse

from flask_baseline import Baseline
from flask_baseline.auth import current_identity, require_auth
from flask_baseline.auth.tokens import issue_tokens, revoke, rotate_tokens
from tests.auth.bad_tokens import ANSWERS
from tests.auth.minting import Mint

SECRET = "5b1f0c7e9a3d48d6b2e4f7a1c8d09e63"

PROD = {
    "BASELINE_PROFILE": "prod",
    "BASELINE_JWT_KEYS": [SECRET],
    "BASELINE_JWT_ISSUER": "https://shop.example",
    "BASELINE_JWT_AUDIENCE": "shop",
    "BASELINE_JWT_STORE": "redis://127.0.0.1:1/0",
}
"""What production needs. No server answers at the store's port."""


def bare_app(profile: str = "test", **config: Any) -> Flask:
    """Return an app with the keys in *config*, without views."""
    app = Flask("shop")
    app.config.update({"BASELINE_PROFILE": profile, "BASELINE_JWT_KEYS": [SECRET], **config})
    Baseline(app)
    return app


def make_app(**config: Any) -> Flask:
    """Return an app with a login and views that are guarded in both ways."""
    app = bare_app(**config)

    @app.post("/login")
    def login() -> Any:
        return issue_tokens(
            request.form.get("who", "u1"), scopes=["read"], roles=["clerk"], claims={"tenant": "t"}
        )

    @app.post("/refresh")
    def refresh() -> Any:
        return rotate_tokens()

    @app.post("/logout")
    def logout() -> Any:
        revoke(everywhere="everywhere" in request.args)
        return "", 204

    methods = ["GET", "POST", "OPTIONS", "TRACE", "PROPFIND"]

    @app.route("/ours", methods=methods)
    @require_auth
    def ours() -> Any:
        return {"subject": current_identity.subject}

    @app.route("/theirs", methods=methods)
    @jwt_required()
    def theirs() -> Any:
        return {"subject": current_identity.subject, "identity": get_jwt_identity(), "claims": get_jwt()}

    @app.route("/refreshes", methods=["POST"])
    @jwt_required(refresh=True)
    def refreshes() -> Any:
        return {"identity": get_jwt_identity()}

    return app


both = pytest.mark.parametrize("path", ["/ours", "/theirs"])
"""A view with ``require_auth`` and one with ``jwt_required``."""


def sessions_of(app: Flask) -> Any:
    """Return what issues the tokens of *app*."""
    return app.extensions["baseline"].wirings["jwt"].runtime


def mint_for(app: Flask) -> Mint:
    """Return what makes tokens by hand that *app* takes, without a session."""
    from tests.auth.minting import ABSENT, hs256

    resolved = sessions_of(app).resolved
    return Mint(
        issuer=resolved.settings.issuer,
        audience=resolved.settings.audience,
        kid=resolved.keys[0].kid,
        sign=lambda signed: hs256(SECRET.encode(), signed),
        more=(("type", "access"), ("sid", ABSENT)),
    )


def bearer(token: str) -> dict[str, str]:
    """Return the header of a request with *token*."""
    return {"Authorization": f"Bearer {token}"}


def log_in(app: Flask, who: str = "u1") -> tuple[FlaskClient, dict[str, Any]]:
    """Return a client of its own for *who*, and what the login has answered."""
    client = app.test_client()
    answer = client.post("/login", data={"who": who})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return client, found


def cookie_of(client: FlaskClient, name: str) -> str | None:
    """Return the value of a cookie that *client* has; None where it has none."""
    if not hasattr(client, "get_cookie"):
        # Up to Werkzeug 2.2.
        return next((cookie.value for cookie in client.cookie_jar if cookie.name == name), None)
    found = client.get_cookie(name)
    return None if found is None else found.value


def put_cookie(client: FlaskClient, name: str, value: str | None) -> None:
    """Let *client* have a cookie."""
    host = () if hasattr(client, "get_cookie") else ("localhost",)
    client.set_cookie(*host, name, value or "")  # type: ignore[arg-type]


def csrf(client: FlaskClient, name: str = "csrf") -> dict[str, str]:
    """Return the header with which a page of ours shows that it is one."""
    value = cookie_of(client, name)
    return {} if value is None else {"X-CSRF-TOKEN": value}


def expect_denied(response: TestResponse, code: str, challenge: str | None = None) -> None:
    """Check that *response* is exactly the refusal with *code*."""
    status, usual = ANSWERS.get(code, (response.status_code, challenge))
    body = response.get_json()
    assert (response.status_code, body["code"]) == (status, code)
    assert response.headers.get("WWW-Authenticate") == (challenge or usual)
    assert response.mimetype == "application/problem+json"
    assert body["status"] == status
