"""Find a token in a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import Request

from ..auth.credentials import bearer_of
from ..auth.identity import Transport
from ..auth.jose import JoseVerifier
from ..auth.strict_json import object_of


class Presented(NamedTuple):
    """A token that nobody has verified yet, and how it came."""

    token: str
    transport: Transport


def presented(verifier: JoseVerifier, current: Request) -> Presented | None:
    """Return the token for *verifier* in *current*: the header decides, where there is one.

    Raises:
        Denied: the header is malformed.
    """
    authorization = current.headers.get("Authorization") if verifier.takes_header else None
    token = None if authorization is None else bearer_of(authorization)
    if token is not None:
        return Presented(token, "header")
    cookie = verifier.token_in_cookie(current)
    return None if cookie is None else Presented(cookie, "cookie")


def presented_in_body(current: Request) -> Presented | None:
    """Return the ``refresh_token`` in the form or JSON of *current* (RFC 6749, section 6)."""
    body: Mapping[str, object] = current.form
    if current.is_json:
        try:
            body = object_of(current.get_data())
        except ValueError:
            return None
    token = body.get("refresh_token")
    return Presented(token, "header") if isinstance(token, str) and token else None
