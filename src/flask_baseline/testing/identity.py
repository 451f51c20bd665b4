"""Who calls in a test: clients that are logged in, and tokens good and bad."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Mapping
from time import time
from types import MappingProxyType
from typing import Any, Literal, cast
from uuid import uuid4

from flask import Flask
from flask.testing import FlaskClient

from .._runtime import runtime_of
from ..auth.tokens import Subject, Tokens, issue_tokens
from ..errors import NotInitializedError

__all__ = ["expect_denied", "identity_client", "mint"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def identity_client(
    app: Flask,
    subject: Subject = "u1",
    *,
    scopes: Collection[str] = (),
    roles: Collection[str] = (),
    claims: Mapping[str, Any] = _NOTHING,
    fresh: bool = True,
) -> FlaskClient:
    """Return a client of *app* that is logged in as *subject*::

        client = identity_client(app, "u1", scopes=["orders:read"])
        assert client.get("/orders").status_code == 200

    It sends what the app takes: the header, or cookies and the value against CSRF.

    Raises:
        NotInitializedError: the app issues no tokens.
    """
    sessions = _sessions(app)
    with app.app_context():
        tokens = issue_tokens(subject, scopes=scopes, roles=roles, claims=claims, fresh=fresh)
    client = app.test_client()
    if sessions.resolved.settings.transport != "cookie":
        client.environ_base = {**client.environ_base, "HTTP_AUTHORIZATION": f"Bearer {tokens.access_token}"}
        return client
    names = sessions.resolved.cookies
    _keep_cookies(client, {names.access: tokens.access_token, names.refresh: tokens.refresh_token})
    value = _csrf_of(app, tokens)
    _keep_cookies(client, dict.fromkeys(names.csrf, value))
    header = "HTTP_" + names.headers[0].upper().replace("-", "_")
    client.environ_base = {**client.environ_base, header: value}
    return client


def mint(
    app: Flask,
    subject: str = "u1",
    *,
    scopes: Collection[str] = (),
    key: Literal["default", "other"] = "default",
    header: Mapping[str, Any] = _NOTHING,
    **claims: Any,
) -> str:
    """Return an access token of *app*, which need not be a good one::

        expired = mint(app, exp=0)
        forged = mint(app, key="other")

    It has a session of its own, which the store knows; ``sid=None`` leaves it out.

    Args:
        app: whose token it is.
        subject: its ``sub``.
        scopes: its ``scope``. Roles are a claim of this name.
        key: the one of the app, or one of the same kind that nobody knows.
        header: changes of the header; None leaves a member out.
        claims: changes of the claims, of the registered ones too; None leaves one out.

    Raises:
        NotInitializedError: the app issues no tokens.
    """
    # Where an app does without tokens these are not installed.
    from jwt import encode

    from ..jwt.minting import ACCESS_TYPE, scope_text

    sessions = _sessions(app)
    signing = sessions.signing()
    settings, now, session_id = sessions.resolved.settings, int(time()), uuid4().hex
    good = {
        "iss": settings.issuer,
        "aud": settings.audience,
        "sub": subject,
        "jti": uuid4().hex,
        "sid": session_id,
        "type": "access",
        "scope": scope_text(scopes) or None,
        "iat": now,
        "exp": now + settings.access_seconds,
    }
    body = good | claims
    if body["sid"] == session_id:
        # Without one it would be older than what another test ended a moment ago, and so refused.
        sessions.store.open_session(session_id, str(body["sub"]), now + settings.refresh_max_seconds)
    made = {"typ": ACCESS_TYPE, "kid": signing.kid, **header}
    secret = signing.native if key == "default" else _other(signing)
    return encode(_present(body), secret, signing.algorithm, headers=_present(made))


def expect_denied(response: Any, code: str) -> None:
    """Check that *response* refuses its request with *code*, such as ``token_expired``.

    Raises:
        AssertionError: it does not.
    """
    body: object = response.get_json(silent=True)
    found = cast("dict[str, Any]", body).get("code") if isinstance(body, dict) else None
    if found != code:
        raise AssertionError(f"The answer is {response.status_code} with the code {found}, and not {code}.")


def _sessions(app: Flask) -> Any:
    sessions = runtime_of(app, "jwt")
    if sessions is None:
        raise NotInitializedError(
            f"The app {app.name!r} issues no tokens. Fix: set BASELINE_JWT_ENABLED in its tests."
        )
    return sessions


def _csrf_of(app: Flask, tokens: Tokens) -> str:
    from flask_jwt_extended import get_csrf_token

    with app.app_context():
        return get_csrf_token(tokens.access_token)


def _other(signing: Any) -> Any:
    from ..jwt.keys import generated, kind_of

    return generated(kind_of(signing)).native


def _keep_cookies(client: FlaskClient, cookies: Mapping[str, str]) -> None:
    # Up to Werkzeug 2.2 the first argument is the host.
    put: Any = client.set_cookie
    host = ("localhost",) if "server_name" in inspect.signature(put).parameters else ()
    for name, value in cookies.items():
        put(*host, name, value)


def _present(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
