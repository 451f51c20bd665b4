"""Verifiers of the app's own tokens: those for access, and those that refresh them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, cast

from flask import Flask, Request
from flask_jwt_extended import JWTManager

from ..auth.denied import denied
from ..auth.identity import Identity
from ..auth.jose import JoseVerifier
from ..auth.keys import FixedKeys, verifying_key
from ..auth.profile import Profile
from ..auth.store import StoreDownError, TokenStore
from ..auth.verifier import Verified
from .csrf import check_csrf
from .fje_keys import EXTENSION
from .minting import ACCESS_TYPE, LONGEST, REFRESH_TYPE
from .resolving import Resolved

_FOR_EVER = 10.0**10

_OF_REFRESH = frozenset({"exp", "iat", "jti", "sub", "sid", "gen", "sxp", "csrf"})


@dataclass(frozen=True)
class Verifiers:
    """Of one app."""

    access: JoseVerifier
    refresh: JoseVerifier
    ever: Sequence[JoseVerifier]
    """Both, but for the time at which tokens expire."""


def verifiers(app: Flask, resolved: Resolved, store: TokenStore) -> Verifiers:
    """Return what verifies the tokens of *app*."""
    settings, names = resolved.settings, resolved.cookies
    keys = FixedKeys(verifying_key(key.jose, key.algorithm, key.kid) for key in resolved.keys)
    origins = frozenset(settings.cookie_origins)
    takes_cookies = settings.transport != "header"

    def in_cookie(current: Request) -> str | None:
        return (current.cookies.get(names.access) or None) if takes_cookies else None

    def in_refresh_cookie(current: Request) -> str | None:
        return (current.cookies.get(names.refresh) or None) if takes_cookies else None

    def admit(verified: Verified, current: Request) -> None:
        identity = verified.identity
        if identity.transport == "cookie":
            check_csrf(current, identity.claims, names, origins)
        check_store(store, identity, verified.issued_at)
        check_loaders(app, identity)

    def admit_refresh(verified: Verified, current: Request) -> None:
        identity = verified.identity
        if identity.transport == "cookie":
            check_csrf(current, identity.claims, names, origins, refresh=True)
        check_store(store, identity, verified.issued_at)

    profile = Profile(
        name="jwt",
        issuer=settings.issuer,
        audiences=frozenset({settings.audience or ""}),
        types=frozenset({ACCESS_TYPE}),
        exact=MappingProxyType({"type": "access"}),
        has_fresh=True,
        leeway=settings.leeway_seconds,
        max_bytes=settings.max_token_bytes,
        cache_seconds=settings.cache_seconds,
        max_lifetime=LONGEST,
    )
    of_refresh = replace(
        profile,
        types=frozenset({REFRESH_TYPE}),
        exact=MappingProxyType({"type": "refresh"}),
        required=_OF_REFRESH,
        max_lifetime=None,
    )
    takes_header = settings.transport != "cookie"
    access = JoseVerifier(profile, keys, takes_header, in_cookie, admit)
    refresh = JoseVerifier(of_refresh, keys, takes_header, in_refresh_cookie, admit_refresh)
    both = (access, refresh)
    ever = [replace(each, profile=replace(each.profile, leeway=_FOR_EVER, cache_seconds=0)) for each in both]
    return Verifiers(access, refresh, ever)


def check_store(store: TokenStore, identity: Identity, issued_at: float) -> None:
    """Ask *store* whether the token of *identity* still counts.

    Raises:
        Denied: it does not, or nobody can tell now.
    """
    # On every request: without the call in between of what else asks the store.
    try:
        revoked = store.revoked(identity.token_id, identity.session_id, identity.subject, issued_at)
    except StoreDownError:
        revoked = None
    if revoked is None:
        raise denied("auth_unavailable")
    if revoked:
        raise denied("token_revoked")


def check_loaders(app: Flask, identity: Identity) -> None:
    """Ask what the app itself has said of tokens, with loaders of Flask-JWT-Extended.

    Raises:
        Denied: the token does not count.
    """
    manager: Any = app.extensions[EXTENSION]
    blocklist, verification = manager._token_in_blocklist_callback, manager._token_verification_callback
    if blocklist is _BLOCKLIST and verification is _VERIFICATION:
        return
    claims = thawed(identity.claims)
    if blocklist({}, claims):
        raise denied("token_revoked")
    if not verification({}, claims):
        raise denied("invalid_token", "token_verification_loader")


_plain: Any = JWTManager()
_BLOCKLIST = _plain._token_in_blocklist_callback
_VERIFICATION = _plain._token_verification_callback


def thawed(value: Any) -> Any:
    """Return *value*, which cannot be changed, as JSON has it: the opposite of `frozen`."""
    if isinstance(value, Mapping):
        return {name: thawed(each) for name, each in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, (tuple, list)):
        return [thawed(each) for each in cast("Sequence[Any]", value)]
    return value
