"""Answer for Flask-JWT-Extended as ``require_auth`` does, unless the app answers itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app
from flask.typing import ResponseReturnValue
from flask_jwt_extended import JWTManager
from flask_jwt_extended.exceptions import (
    CSRFError,
    FreshTokenRequired,
    JWTDecodeError,
    NoAuthorizationError,
    RevokedTokenError,
)

from ..auth.denied import Denied, denied
from .fje_tokens import claims_of, expired, header_of
from .issuing import sessions_of_app

Answer = Callable[..., ResponseReturnValue]

# The code that each loader answers with, where nothing more exact is known.
_LOADERS = {
    "unauthorized": "missing_credentials",
    "invalid_token": "invalid_token",
    "expired_token": "token_expired",
    "revoked_token": "token_revoked",
    "needs_fresh_token": "fresh_login_required",
    "user_lookup_error": "invalid_token",
    "token_verification_failed": "invalid_token",
}

_OF_CODE = {
    "missing_credentials": "unauthorized",
    "csrf_failed": "unauthorized",
    "invalid_request": "invalid_token",
    "invalid_token": "invalid_token",
    "token_expired": "expired_token",
    "token_revoked": "revoked_token",
    "session_ended": "revoked_token",
    "fresh_login_required": "needs_fresh_token",
}
"""The loader that an app gives to answer for each code."""


def _ours(code: str, plain: Answer) -> Answer:
    def answer(*given: object) -> ResponseReturnValue:
        # The manager may be one for another app as well, which has no such feature.
        if sessions_of_app() is None:
            return plain(*given)
        return current_app.handle_user_exception(denied(code))

    return answer


_PLAIN: dict[str, Answer] = {name: getattr(JWTManager(), f"_{name}_callback") for name in _LOADERS}
_OURS = {name: _ours(code, _PLAIN[name]) for name, code in _LOADERS.items()}


def set_loaders(manager: Any) -> None:
    """Let *manager* answer as we do, where the app has no loader of its own."""
    for name, answer in _OURS.items():
        if getattr(manager, f"_{name}_callback") is _PLAIN[name]:
            getattr(manager, f"{name}_loader")(answer)


def as_theirs(manager: Any, refusal: Denied, token: Callable[[], str]) -> Exception:
    """Return *refusal*, or the error for which the app has a loader of its own.

    Args:
        manager: has the loaders.
        refusal: of a request.
        token: returns the one in the request.
    """
    name = _OF_CODE.get(refusal.reason)
    if name is None or getattr(manager, f"_{name}_callback") in (_OURS[name], _PLAIN[name]):
        return refusal
    text = refusal.description or ""
    if refusal.reason == "missing_credentials":
        return NoAuthorizationError(text)
    if refusal.reason == "csrf_failed":
        return CSRFError(text)
    if name == "invalid_token":
        return JWTDecodeError(text)
    found = token()
    if name == "expired_token":
        return expired(found)
    if name == "revoked_token":
        return RevokedTokenError(header_of(found), claims_of(found))
    return FreshTokenRequired(text, header_of(found), claims_of(found))
