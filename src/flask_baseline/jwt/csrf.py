"""Refuse requests with cookies that another site may have made."""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from flask import Request

from ..auth.denied import denied
from .cookie_names import CookieNames
from .fje_keys import SAFE_METHODS


def check_csrf(
    current: Request,
    claims: Mapping[str, Any],
    names: CookieNames,
    origins: frozenset[str],
    *,
    refresh: bool = False,
) -> None:
    """Let *current*, which has a token with *claims* in a cookie, go on if it comes from a page of ours.

    It must repeat the ``csrf`` of the token, which only our pages can read, and nothing in it may say that
    another site has sent it: https://cheatsheetseries.owasp.org, "Cross-Site Request Forgery Prevention".

    Args:
        current: the request.
        claims: of its token, whose signature is right.
        names: where the value is repeated.
        origins: others whose pages may send the cookies.
        refresh: whether it is a refresh token.

    Raises:
        Denied: ``csrf_failed``.
    """
    if current.method in SAFE_METHODS:
        return
    given = current.headers.get(names.headers[refresh])
    if given is None and names.reads_forms:
        given = current.form.get(names.fields[refresh])
    if not is_same(claims.get("csrf"), given):
        raise denied("csrf_failed", "csrf token")
    if not is_from_here(current, origins):
        raise denied("csrf_failed", "origin")


def is_from_here(current: Request, origins: frozenset[str]) -> bool:
    """Whether *current* is of one of our pages, or of no page: a browser always says which.

    https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header. It is not sent over http.
    """
    origin = current.headers.get("Origin")
    if origin in origins:
        return True
    site = current.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    return origin is None or origin == f"{current.scheme}://{current.host}"


def is_same(expected: object, given: str | None) -> bool:
    """Whether *given* is the value of a token, compared in constant time."""
    if given is None or not isinstance(expected, str):
        return False
    # Of text only ASCII could be compared so.
    return compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass"))
