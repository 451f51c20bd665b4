"""What makes two requests the same: their key, who sends them, and what is in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256

from flask import Request, current_app

from ..body import data_of
from ..errors import malformed

HEADER = "Idempotency-Key"

# Visible ASCII without what a string escapes, and without a comma, which joins two headers.
_TEXT = r"[!#-+\--\[\]-~]{1,255}"

# A string of RFC 9651, or bare as nearly all clients send it.
PATTERN = f'^("{_TEXT}"|{_TEXT})$'


def key_of(request: Request, caller: Callable[[], str] | None) -> str:
    """Return the name of the record for *request*: one for each endpoint, caller and key.

    Args:
        request: the current one.
        caller: returns who sends it; None takes the ``Authorization`` header for that.

    Raises:
        Problem: 400, when the header is missing or no key.
    """
    given = request.headers.get(HEADER)
    if given is None:
        raise malformed(f"The header {HEADER} is missing.")
    key = given.strip()
    if re.fullmatch(PATTERN, key) is None:
        raise malformed(f"The header {HEADER} must be 1 to 255 visible ASCII characters, without a comma.")
    who = request.headers.get("Authorization", "") if caller is None else caller()
    return _digest(current_app.name, request.endpoint or "", request.method, who, key.strip('"'))


def fingerprint_of(request: Request) -> str:
    """Return a digest of what *request* asks for."""
    return _digest(
        request.path, request.query_string, request.headers.get("Content-Type", ""), data_of(request)
    )


def _digest(*parts: str | bytes) -> str:
    # The lengths keep the parts apart. A store never has what was hashed.
    digest = sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
