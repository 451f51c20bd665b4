"""The token in a request (RFC 6750, section 2.1; RFC 9110, section 11)."""

from __future__ import annotations

import re
from string import ascii_letters, digits

from .denied import denied

_CHARACTERS = (ascii_letters + digits + "._~+/-").encode()
"""Of a token68 (RFC 9110, section 11.2), which may end with equals signs."""

_SCHEME = re.compile(r"(?:^|,)[ \t]*bearer(?![!#$%&'*+.^_`|~0-9a-z-])", re.IGNORECASE | re.ASCII)


def bearer_of(authorization: str) -> str | None:
    """Return the token in an ``Authorization`` header; None where it is of another scheme.

    Two headers come as one with a comma in it, which no token has.

    Raises:
        Denied: there is more than a token, or none.
    """
    text = authorization.strip(" \t")
    if text[:7].lower() == "bearer ":
        token = text[7:].lstrip(" ")
        body = token.rstrip("=").encode("utf-8", "surrogatepass")
        # Several times as fast as a regular expression, for tokens that others make long.
        if body and not body.translate(None, _CHARACTERS):
            return token
    if _SCHEME.search(text):
        raise denied("invalid_request", "form of the header")
    return None
