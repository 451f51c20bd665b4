"""Make the tokens of a session, through Flask-JWT-Extended."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import flask_jwt_extended

from ..auth.tokens import Subject, Tokens
from .settings import JwtSettings

ACCESS_TYPE, REFRESH_TYPE = "at+jwt", "rt+jwt"
"""The ``typ`` of access tokens (RFC 9068, section 2.1), and of ours that refresh them."""

# Its functions have no complete types.
_fje: Any = flask_jwt_extended

LONGEST = 86_400
"""Seconds that an access token lives at most: for as long it is remembered who was logged out."""

RESERVED = frozenset(
    "iss sub aud exp nbf iat jti sid type fresh csrf gen sxp auth_time "
    "scope roles client_id cnf claims".split()
)
"""Claims that mean something here, or to everybody."""

COOKIE_BYTES = 4_000
"""What a browser is sure to keep with the name and the attributes (RFC 6265, section 6.1)."""

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Session:
    """What stays the same from one pair of tokens to the next."""

    id: str
    subject: str
    expires_at: int
    """When it ends, however often it is refreshed, in seconds since 1970."""
    auth_time: int | None
    """When the person has proved who they are; None where nobody has."""
    csrf: str
    """What requests with cookies repeat."""
    scope: str
    roles: tuple[str, ...]
    claims: Mapping[str, Any]


def new_session(
    subject: Subject,
    scopes: Collection[str],
    roles: Collection[str],
    claims: Mapping[str, Any],
    now: int,
    max_seconds: int,
    *,
    fresh: bool,
) -> Session:
    """Return a session that begins now.

    Raises:
        TypeError, ValueError: something is of a kind or a name that tokens cannot have.
    """
    return Session(
        id=secrets.token_urlsafe(18),
        subject=subject_text(subject),
        expires_at=now + max_seconds,
        auth_time=now if fresh else None,
        csrf=secrets.token_urlsafe(18),
        scope=scope_text(scopes),
        roles=role_texts(roles),
        claims=own_claims(claims),
    )


_NUMBERS = ("gen", "sxp")
_LARGEST = 2**40


def session_of(claims: Mapping[str, Any]) -> Session | None:
    """Return the session that the *claims* of a refresh token are of; None where they are none of ours."""
    if not all(type(claims[name]) is int and 0 <= claims[name] < _LARGEST for name in _NUMBERS):
        return None
    if not isinstance(claims["csrf"], str) or not isinstance(claims.get("claims", {}), dict):
        return None
    return Session(
        id=claims["sid"],
        subject=claims["sub"],
        expires_at=claims["sxp"],
        auth_time=claims.get("auth_time"),
        csrf=claims["csrf"],
        scope=claims.get("scope", ""),
        roles=tuple(claims.get("roles", ())),
        claims=claims.get("claims", {}),
    )


def mint(session: Session, generation: int, now: int, settings: JwtSettings, *, fresh: bool) -> Tokens:
    """Return the pair of *generation*. It never outlives the session."""
    left = session.expires_at - now
    expires_in = min(settings.access_seconds, left)
    shared: dict[str, Any] = {"sid": session.id, "csrf": session.csrf}
    if session.auth_time is not None:
        shared["auth_time"] = session.auth_time
    if session.scope:
        shared["scope"] = session.scope
    if session.roles:
        shared["roles"] = [*session.roles]
    access = _fje.create_access_token(
        session.subject,
        fresh=fresh,
        expires_delta=timedelta(seconds=expires_in),
        additional_claims={**session.claims, **shared},
    )
    kept = {"claims": session.claims} if session.claims else {}
    refresh = _fje.create_refresh_token(
        session.subject,
        expires_delta=timedelta(seconds=min(settings.refresh_idle_seconds, left)),
        additional_claims={**shared, **kept, "gen": generation, "sxp": session.expires_at},
    )
    return Tokens(access, refresh, expires_in, session.scope)


def subject_text(subject: object) -> str:
    """Return the ``sub`` for *subject*, which is text in every token (RFC 7519, section 4.1.2)."""
    if isinstance(subject, (int, UUID)) and not isinstance(subject, bool):
        return str(subject)
    if not isinstance(subject, str):
        raise TypeError(f"A subject is text, a number or a UUID, and not {type(subject).__name__}.")
    if not subject or _UNFIT.search(subject):
        raise ValueError("The subject of tokens is empty, or has a character that databases cannot have.")
    return subject


def scope_text(scopes: Collection[str]) -> str:
    """Return the ``scope`` for *scopes* (RFC 6749, section 3.3)."""
    found = cast("Collection[object]", scopes)
    if isinstance(scopes, str) or not all(isinstance(scope, str) for scope in found):
        raise TypeError('Scopes are texts in a list, such as ["orders:read"].')
    if not all(_SCOPE.fullmatch(scope) for scope in scopes):
        raise ValueError("A scope is empty, or has a space or a character that headers cannot have.")
    return " ".join(dict.fromkeys(scopes))


def role_texts(roles: Collection[str]) -> tuple[str, ...]:
    """Return *roles* as tokens have them."""
    found = cast("Collection[object]", roles)
    if isinstance(roles, str) or not all(isinstance(role, str) and role for role in found):
        raise TypeError('Roles are texts in a list, such as ["admin"].')
    return tuple(dict.fromkeys(roles))


def own_claims(claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *claims*, none of which means something here."""
    if taken := RESERVED & claims.keys():
        names = ", ".join(sorted(taken))
        raise ValueError(
            f"Tokens have {names} themselves; scopes and roles are arguments. Name the claim otherwise."
        )
    try:
        return dict(json.loads(json.dumps(claims)))
    except (TypeError, ValueError):
        raise TypeError("A claim has no form in JSON.") from None
