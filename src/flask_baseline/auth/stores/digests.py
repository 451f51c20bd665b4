"""Ids as the shared stores have them."""

from __future__ import annotations

from hashlib import sha256


def digest(*parts: str) -> str:
    """Return 64 characters for any text, of any length; who reads the store learns no id from them."""
    # JSON can name halves of a pair, which UTF-8 does not have. No text has the byte between.
    return sha256(b"\xff".join(part.encode("utf-8", "surrogatepass") for part in parts)).hexdigest()
