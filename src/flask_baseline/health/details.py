"""Who may see the details of the readiness probe, and which of them are asked for."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs

from .settings import HealthSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


class Query(NamedTuple):
    """What a permitted client asks for."""

    verbose: bool = False
    exclude: frozenset[str] = frozenset()


NO_QUERY = Query()


def parse_query(environ: WSGIEnvironment, is_permitted: Callable[[WSGIEnvironment], bool]) -> Query:
    """Return what the query asks for; `NO_QUERY` when there is none or the client may not ask."""
    query = environ.get("QUERY_STRING")
    if not query or not is_permitted(environ):
        return NO_QUERY
    # WSGI hands over bytes as Latin-1; a name in them is UTF-8.
    text = query.encode("latin-1", "replace").decode("utf-8", "replace")
    parameters = parse_qs(text, keep_blank_values=True)
    return Query("verbose" in parameters, frozenset(parameters.get("exclude", ())))


def permission(settings: HealthSettings) -> Callable[[WSGIEnvironment], bool]:
    """Return the test that a request must pass to see details."""
    if settings.details == "always":
        return lambda _: True
    if settings.details == "never" or settings.token is None:
        return lambda _: False
    token = settings.token.get_secret_value().encode("utf-8", "surrogateescape")
    return lambda environ: _has_token(environ.get("HTTP_AUTHORIZATION", ""), token)


def _has_token(authorization: str, token: bytes) -> bool:
    """Whether the header has *token* as its bearer token (RFC 6750, section 2.1)."""
    scheme, _, given = authorization.partition(" ")
    # Bytes, since compare_digest refuses text outside ASCII.
    is_equal = hmac.compare_digest(given.strip().encode("latin-1", "replace"), token)
    return is_equal and scheme.lower() == "bearer"
