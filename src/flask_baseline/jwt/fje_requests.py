"""Verify the token of a request for Flask-JWT-Extended, as ``require_auth`` does."""

from __future__ import annotations

from collections.abc import Collection
from time import time
from typing import Any, Literal, TypeAlias

from flask import Request
from flask_jwt_extended.exceptions import NoAuthorizationError
from werkzeug.exceptions import Unauthorized

from ..auth.current import caller_of, current_gate, current_request
from ..auth.denied import Denied, denied
from ..auth.gate import refuse
from ..auth.guard import Guard
from ..auth.identity import Identity
from .fje_tokens import header_of
from .issuing import Sessions
from .minting import REFRESH_TYPE
from .presented import presented
from .verifying import thawed

Places: TypeAlias = "str | Collection[str] | None"
Found = tuple[dict[str, Any], dict[str, Any], Literal["headers", "cookies"]]
"""The claims, the header, and where the token was."""

# Whether nobody need be known is for Flask-JWT-Extended to say, which asks afterwards.
_ANYBODY = Guard(is_optional=True, providers=frozenset({"jwt"}))


class MissingError(Denied, Unauthorized, NoAuthorizationError):
    """A request without a token, as both name it: where none is needed, Flask-JWT-Extended catches it."""


def missing() -> MissingError:
    """Return the refusal of a request without a token, to be raised."""
    refusal = denied("missing_credentials")
    made = MissingError(refusal.status, refusal.description, headers=refusal.headers, code=refusal.reason)
    made.reason, made.challenge, made.why = refusal.reason, refusal.challenge, refusal.why
    return made


def token_of_request(
    sessions: Sessions, places: Places, *, fresh: bool, refresh: bool, verify_type: bool
) -> Found:
    """Return the token of the current request.

    Args:
        sessions: of the app.
        places: where it may be; None for all that are taken.
        fresh: whether the person must have just proved who they are.
        refresh: whether it is one that refreshes.
        verify_type: whether it may not be of the other kind.

    Raises:
        Denied: there is none, or it is not to be believed.
    """
    current = current_request()
    if not verify_type:
        refresh = header_of(token_at_hand(sessions, refresh=refresh)).get("typ") == REFRESH_TYPE
    found = _refreshing(sessions, current) if refresh else _accessing(sessions, current)
    if found is None:
        raise missing()
    identity, token = found
    location: Literal["headers", "cookies"] = "cookies" if identity.transport == "cookie" else "headers"
    if places and location not in ([places] if isinstance(places, str) else places):
        raise missing()
    # What Flask-JWT-Extended puts in where nothing is said.
    claims = {"fresh": False, **thawed(identity.claims)}
    if fresh and not _is_fresh(claims["fresh"]):
        refusal = denied("fresh_login_required")
        refuse(refusal, identity)
        raise refusal
    return claims, header_of(token), location


def token_at_hand(sessions: Sessions, *, refresh: bool) -> str:
    """Return the token of the current request, valid or not; an empty text where there is none."""
    verifier = sessions.verifiers.refresh if refresh else sessions.verifiers.access
    found = presented(verifier, current_request())
    return "" if found is None else found.token


def _accessing(sessions: Sessions, current: Request) -> tuple[Identity, str] | None:
    current_gate().check(current, (_ANYBODY,))
    caller, found = caller_of(current), presented(sessions.verifiers.access, current)
    return (caller.identity, found.token) if caller is not None and caller.identity and found else None


def _refreshing(sessions: Sessions, current: Request) -> tuple[Identity, str] | None:
    verifier = sessions.verifiers.refresh
    try:
        found = presented(verifier, current)
        if found is None:
            return None
        verified = verifier.verify(*found)
        verifier.admit(verified, current)
    except Denied as refusal:
        refuse(refusal)
        raise
    return verified.identity, found.token


def _is_fresh(fresh: object) -> bool:
    # A number is until when; True is one in Python.
    if isinstance(fresh, (int, float)) and not isinstance(fresh, bool):
        return fresh >= time()
    return fresh is True
