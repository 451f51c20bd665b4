"""Issue, refresh and revoke the tokens of the app itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol, cast
from uuid import UUID

from flask import Flask, current_app

from .._runtime import runtime_of
from ..errors import NotInitializedError

Subject = str | int | UUID


class Tokens(dict[str, Any]):
    """An access token and the refresh token of its session.

    As a mapping it is the answer of RFC 6749, section 5.1, which a view can return. Where cookies have the
    tokens, that answer is without them: scripts cannot read them there, and need not.
    """

    def __init__(self, access_token: str, refresh_token: str, expires_in: int, scope: str) -> None:
        super().__init__(access_token=access_token, refresh_token=refresh_token, expires_in=expires_in)
        self["token_type"] = "Bearer"  # noqa: S105  It is no password.
        if scope:
            self["scope"] = scope
        self.access_token = access_token
        self.refresh_token = refresh_token
        self.expires_in = expires_in
        """Seconds for which the access token is good."""

    def __repr__(self) -> str:
        return f"Tokens(expires_in={self.expires_in})"


class Issuer(Protocol):
    """What the jwt feature does for these functions."""

    def issue(
        self,
        subject: Subject,
        scopes: Collection[str],
        roles: Collection[str],
        claims: Mapping[str, Any],
        *,
        fresh: bool,
        cookies: bool | None,
    ) -> Tokens: ...

    def rotate(
        self,
        refresh_token: str | None,
        scopes: Collection[str] | None,
        roles: Collection[str] | None,
        claims: Mapping[str, Any] | None,
        *,
        cookies: bool | None,
    ) -> Tokens: ...

    def revoke(
        self, subject: Subject | None, session_id: str | None, token_id: str | None, *, everywhere: bool
    ) -> None: ...


def issue_tokens(
    subject: Subject,
    *,
    scopes: Collection[str] = (),
    roles: Collection[str] = (),
    claims: Mapping[str, Any] | None = None,
    fresh: bool = True,
    cookies: bool | None = None,
) -> Tokens:
    """Begin a session of *subject*, and return its tokens::

        @app.post("/login")
        def login():
            user = check_password(request.form["name"], request.form["password"])
            return issue_tokens(user.id, scopes=["orders:read"], roles=user.roles)

    It needs only an app context. In a request of an app whose tokens are in cookies, the response sets them.

    Args:
        subject: the ``sub`` of the tokens. A number or a UUID becomes text.
        scopes: what the tokens are good for.
        roles: what the subject is.
        claims: more of the access token, of what JSON has. The session keeps them as well.
        fresh: whether the person has just proved who they are.
        cookies: whether the response sets cookies, in place of the setting of the app.

    Raises:
        TypeError, ValueError: something is of a kind or a name that tokens cannot have.
        NotInitializedError: the app issues no tokens.
        Denied: the session cannot be kept now: ``auth_unavailable``.
    """
    return _issuer().issue(subject, scopes, roles, claims or {}, fresh=fresh, cookies=cookies)


def rotate_tokens(
    refresh_token: str | None = None,
    *,
    scopes: Collection[str] | None = None,
    roles: Collection[str] | None = None,
    claims: Mapping[str, Any] | None = None,
    cookies: bool | None = None,
) -> Tokens:
    """Use a refresh token up, and return the next pair of its session.

    Args:
        refresh_token: the token. By default the one in the request: in the ``Authorization`` header, as
            ``refresh_token`` in a form or in JSON, or in its cookie, where the app has one.
        scopes: what the new tokens are good for; by default the same as before.
        roles: what the subject is now; by default the same as before.
        claims: more of the access token; by default the same as before.
        cookies: whether the response sets cookies; by default where the token came in one.

    Raises:
        Denied: the token is not valid, was used before, or its session has ended.
        TypeError, ValueError: something is of a kind or a name that tokens cannot have.
        NotInitializedError: the app issues no tokens.
    """
    return _issuer().rotate(refresh_token, scopes, roles, claims, cookies=cookies)


def revoke(
    subject: Subject | None = None,
    *,
    session_id: str | None = None,
    token_id: str | None = None,
    everywhere: bool = False,
) -> None:
    """Log out: let tokens no longer count, from now on.

    ``revoke()`` ends the session of the request, and its response clears the cookies; with *everywhere* all
    sessions of its caller. The others need no request.

    Args:
        subject: whose sessions end, all of them.
        session_id: the session that ends.
        token_id: the ``jti`` of the access token that no longer counts.
        everywhere: whether all sessions of the caller end.

    Raises:
        TypeError: more than one thing is named.
        Denied: it cannot be written down now: ``auth_unavailable``.
        NotInitializedError: the app issues no tokens.
    """
    _issuer().revoke(subject, session_id, token_id, everywhere=everywhere)


def _issuer() -> Issuer:
    app: Flask = cast("Any", current_app)._get_current_object()
    issuer: Issuer | None = runtime_of(app, "jwt")
    if issuer is None:
        raise NotInitializedError(
            f"The app {app.name!r} issues no tokens. Fix: set BASELINE_JWT_KEYS, or JWT_SECRET_KEY, before "
            "Baseline(app)."
        )
    return issuer
