"""Read tokens that are at hand, and not in a request."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from typing import Any, cast

from flask_jwt_extended.exceptions import CSRFError, JWTDecodeError
from jwt import ExpiredSignatureError

from ..auth.denied import Denied
from ..auth.jose import JoseVerifier
from .csrf import is_same
from .minting import REFRESH_TYPE
from .verifying import Verifiers, thawed


def header_of(token: str) -> dict[str, Any]:
    """Return the header of *token*, which says nothing as long as nobody has verified it."""
    return _part(token, 0)


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of *token*, likewise."""
    return _part(token, 1)


def _part(token: str, index: int) -> dict[str, Any]:
    found: object = None
    try:
        part = token.split(".")[index]
        found = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, IndexError, RecursionError):
        pass
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def decoded(verifiers: Verifiers, token: str, csrf: str | None, *, allow_expired: bool) -> dict[str, Any]:
    """Return the claims of *token*, as ``decode_token`` of Flask-JWT-Extended does.

    Raises:
        JWTDecodeError, ExpiredSignatureError, CSRFError: it is not valid.
    """
    is_refresh = header_of(token).get("typ") == REFRESH_TYPE
    both: Sequence[JoseVerifier] = verifiers.ever if allow_expired else (verifiers.access, verifiers.refresh)
    try:
        identity = both[int(is_refresh)].verify(token, "header").identity
    except Denied as refusal:
        code, detail = refusal.reason, refusal.description
    else:
        claims = {"fresh": False, **thawed(identity.claims)}
        if csrf and not is_same(claims.get("csrf"), csrf):
            raise CSRFError("CSRF double submit tokens do not match")
        return claims
    if code == "token_expired":
        raise expired(token)
    raise JWTDecodeError(detail)


def expired(token: str) -> ExpiredSignatureError:
    """Return what is raised for *token*, which was valid."""
    error: Any = ExpiredSignatureError("Signature has expired")
    error.jwt_header, error.jwt_data = header_of(token), claims_of(token)
    found: ExpiredSignatureError = error
    return found
