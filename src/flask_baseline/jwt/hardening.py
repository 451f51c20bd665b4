"""Let Flask-JWT-Extended make tokens as ours are, and verify them as ``require_auth`` does.

Its functions and decorators stay what an app uses. What finds and verifies the token of a request below them
is replaced, once in a process; for apps without this feature it does what it did.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import flask_jwt_extended.view_decorators as theirs
from flask import Flask, current_app
from flask.signals import appcontext_pushed
from flask_jwt_extended import JWTManager
from flask_jwt_extended.config import config

from ..auth.denied import Denied
from ..errors import ConfigProblem
from .fje_keys import EXTENSION
from .fje_loaders import as_theirs, set_loaders
from .fje_requests import Places, token_at_hand, token_of_request
from .fje_tokens import decoded
from .issuing import Sessions, sessions_of_app
from .minting import ACCESS_TYPE, LONGEST, REFRESH_TYPE

_log = logging.getLogger("flask_baseline.jwt")

_MARK = "_baseline_hardened"

_OWN_KEYS = "has keys that nothing else knows"

_INSIDE = "_decode_jwt_from_request"


def unfit(app: Flask) -> list[ConfigProblem]:
    """Return what cannot be hardened: keys of the app's own, or another release."""
    if not (hasattr(theirs, _INSIDE) and hasattr(JWTManager, "_decode_jwt_from_config")):
        fix = "install a release from 4.6 up to the last of 4"
        return [ConfigProblem("Flask-JWT-Extended", "installed", "is not one that can be hardened", fix)]
    manager = app.extensions.get(EXTENSION)
    return [] if manager is None else _own_keys(manager)


def _own_keys(manager: JWTManager) -> list[ConfigProblem]:
    plain = JWTManager()
    return [
        ConfigProblem(f"{name}_loader", "JWTManager", _OWN_KEYS, "list its keys in BASELINE_JWT_KEYS")
        for name in ("encode_key", "decode_key")
        if getattr(manager, f"_{name}_callback") is not getattr(plain, f"_{name}_callback")
        and not hasattr(manager, _MARK)
    ]


def harden(app: Flask) -> None:
    """Harden the manager of *app*, one that it makes later, or a new one."""
    _replace_inside()
    manager = app.extensions.get(EXTENSION)
    _harden(JWTManager(app) if manager is None else manager)

    def look_again(sender: Flask, **_: object) -> None:
        found = sender.extensions[EXTENSION]
        if not hasattr(found, _MARK):
            for problem in _own_keys(found):
                # Too late to refuse it: a request may have begun.
                _log.warning("%s It is not used.", problem)
            _harden(found)
        # From its first request on Flask takes no other.
        if getattr(sender, "_got_first_request", False):
            appcontext_pushed.disconnect(look_again, sender)

    appcontext_pushed.connect(look_again, app, weak=False)


def _harden(manager: Any) -> None:
    if hasattr(manager, _MARK):
        return
    # It may be one for several apps, of which others have no such feature.
    encode, decode, key = (
        manager._encode_jwt_from_config,
        manager._decode_jwt_from_config,
        manager._encode_key_callback,
    )

    def encode_jwt(identity: Any, token_type: str, claims: Any = None, **options: Any) -> str:
        sessions = sessions_of_app()
        if sessions is None:
            return str(encode(identity=identity, token_type=token_type, claims=claims, **options))
        return _encoded(sessions, manager, encode, identity, token_type, dict(claims or {}), options)

    def decode_jwt(
        encoded_token: str, csrf_value: str | None = None, allow_expired: bool = False
    ) -> dict[str, Any]:
        sessions = sessions_of_app()
        if sessions is None:
            found: dict[str, Any] = decode(encoded_token, csrf_value, allow_expired)
            return found
        return decoded(sessions.verifiers, encoded_token, csrf_value, allow_expired=allow_expired)

    def encode_key(identity: Any) -> Any:
        sessions = sessions_of_app()
        signing = None if sessions is None else sessions.resolved.signing
        return key(identity) if signing is None else signing.native

    manager._encode_jwt_from_config = encode_jwt
    manager._decode_jwt_from_config = decode_jwt
    manager.encode_key_loader(encode_key)
    set_loaders(manager)
    setattr(manager, _MARK, True)


def _encoded(
    sessions: Sessions,
    manager: Any,
    encode: Callable[..., str],
    identity: Any,
    token_type: str,
    claims: dict[str, Any],
    options: dict[str, Any],
) -> str:
    """Return a token with the header and the claims that the verifiers want."""
    signing = sessions.signing()
    subject = manager._user_identity_callback(identity)
    if isinstance(subject, (int, UUID)) and not isinstance(subject, bool):
        claims.setdefault("sub", str(subject))
    is_refresh = token_type == "refresh"  # noqa: S105  It is no password.
    if not is_refresh:
        _check_lifetime(options.get("expires_delta"))
    if is_refresh and "sid" not in claims:
        claims |= sessions.begin(str(subject))
    headers = dict(options.pop("headers", None) or {})
    headers |= {"typ": REFRESH_TYPE if is_refresh else ACCESS_TYPE, "kid": signing.kid}
    return encode(identity=identity, token_type=token_type, claims=claims, headers=headers, **options)


def _check_lifetime(expires: object) -> None:
    """Refuse what nothing would verify, where it can still be seen why."""
    if expires is False or (isinstance(expires, timedelta) and expires > timedelta(seconds=LONGEST)):
        raise ValueError(
            "An access token lives at most a day: for as long it is remembered who was logged out. Fix: give "
            "expires_delta up to 24 hours, and let the client refresh."
        )


class _Config(type(config)):  # type: ignore[misc]
    """Theirs, which lets every OPTIONS pass: those that Flask answers itself come to no view anyway."""

    @property
    def exempt_methods(self) -> Iterable[str]:
        """The methods that need no token."""
        methods: Iterable[str] = super().exempt_methods
        return methods if sessions_of_app() is None else ()


def _replace_inside() -> None:
    found: Callable[..., Any] = getattr(theirs, _INSIDE)
    if hasattr(found, _MARK):
        return

    def token_in_request(
        locations: Places,
        fresh: bool,
        refresh: bool = False,
        verify_type: bool = True,
        skip_revocation_check: bool = False,
    ) -> Any:
        sessions = sessions_of_app()
        if sessions is None:
            return found(locations, fresh, refresh, verify_type, skip_revocation_check)
        try:
            return token_of_request(
                sessions, locations, fresh=fresh, refresh=refresh, verify_type=verify_type
            )
        except Denied as refusal:
            manager = current_app.extensions[EXTENSION]
            error = as_theirs(manager, refusal, partial(token_at_hand, sessions, refresh=refresh))
        raise error

    setattr(token_in_request, _MARK, True)
    setattr(theirs, _INSIDE, token_in_request)
    setattr(theirs, "config", _Config())  # noqa: B010  It is not exported.
