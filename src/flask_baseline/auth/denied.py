"""Refusals: each with its status, its code and its challenge (RFC 6750, section 3; RFC 9470, section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from werkzeug.exceptions import (
    BadGateway,
    BadRequest,
    Forbidden,
    ServiceUnavailable,
    Unauthorized,
)

from ..problems import Problem

REALM = "api"

RETRY_SECONDS = 5
"""When a client may come back that could not be served."""


class Denied(Problem):
    """A request that is refused. The body has its ``code``, such as ``token_expired``.

    The texts are fixed: what a client has sent is in none of them.
    """

    reason: str
    """The code; ``code`` is the status, as Werkzeug has it."""
    challenge: str | None
    """The ``WWW-Authenticate`` of the answer."""
    why: str | None
    """What exactly is wrong, for the log alone: a fixed word."""


# Of Werkzeug's classes too, for which an app may have pages.
class _BadRequest(Denied, BadRequest): ...


class _Unauthorized(Denied, Unauthorized): ...


class _Forbidden(Denied, Forbidden): ...


class _BadGateway(Denied, BadGateway): ...


class _Unavailable(Denied, ServiceUnavailable): ...


_CLASSES: dict[int, type[Denied]] = {
    400: _BadRequest,
    401: _Unauthorized,
    403: _Forbidden,
    502: _BadGateway,
    503: _Unavailable,
}


class _Code(NamedTuple):
    status: int
    detail: str
    error: str | None = None
    """In the challenge (RFC 6750, section 3.1)."""


_CODES: dict[str, _Code] = {
    "missing_credentials": _Code(401, "This needs a token."),
    "invalid_request": _Code(400, "The credentials are malformed.", "invalid_request"),
    "invalid_token": _Code(401, "The token is not valid.", "invalid_token"),
    "token_expired": _Code(401, "The token has expired.", "invalid_token"),
    "token_revoked": _Code(401, "The token is revoked.", "invalid_token"),
    "session_ended": _Code(401, "The session has ended.", "invalid_token"),
    "fresh_login_required": _Code(
        401, "This needs a login that is more recent or stronger.", "insufficient_user_authentication"
    ),
    "insufficient_scope": _Code(403, "The token does not have the scope for this.", "insufficient_scope"),
    "insufficient_role": _Code(403, "The caller does not have the role for this."),
    "not_allowed": _Code(403, "The caller may not do this."),
    "provider_not_allowed": _Code(403, "Tokens of this issuer are not taken here."),
    "csrf_failed": _Code(403, "The request may come from another site."),
    "login_denied": _Code(403, "The login is refused."),
    "login_failed": _Code(400, "The login has failed."),
    "invalid_logout_token": _Code(400, "The logout token is not valid."),
    "provider_error": _Code(502, "The identity provider has answered with an error."),
    "auth_unavailable": _Code(503, "It cannot be checked now who calls."),
}

CODES = frozenset(_CODES)
"""All there are."""


def denied(code: str, why: str | None = None, **parameters: str) -> Denied:
    """Return the refusal with *code*, to be raised.

    Args:
        code: one of `CODES`.
        why: what exactly is wrong, for the log alone: a fixed word.
        parameters: more of the challenge, such as ``scope`` or ``max_age``; without quotes or backslashes.
    """
    status, detail, _ = _CODES[code]
    challenge = _challenge(code, **parameters)
    headers = {} if challenge is None else {"WWW-Authenticate": challenge}
    if status == 503:
        headers["Retry-After"] = str(RETRY_SECONDS)
    made = _CLASSES[status](status, detail, headers=headers)
    # Not by its constructor, which looks whether it has a form in JSON.
    made.extensions = dict[str, object](code=code)
    made.reason, made.challenge, made.why = code, challenge, why
    return made


# What guards demand is in it, and nothing of a client.
@lru_cache(maxsize=256)
def _challenge(code: str, **parameters: str) -> str | None:
    status, detail, error = _CODES[code]
    if error is None and status != 401:
        return None
    fields = {"realm": REALM}
    if error is not None:
        fields["error"] = error
    if error in ("invalid_token", "insufficient_user_authentication"):
        fields["error_description"] = detail
    fields |= parameters
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in fields.items())


def insufficient_scope(scopes: Iterable[str]) -> Denied:
    """Return the refusal that names the *scopes* that would do."""
    return denied("insufficient_scope", scope=" ".join(sorted(scopes)))
