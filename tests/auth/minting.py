"""Tokens made by hand, good and bad, without any library of the product."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

ABSENT = object()
"""Stands for a header or claim that is left out."""

SECRET = b"a secret of these tests, of more than 32 bytes"

ISSUER = "https://shop.example"


@dataclass(frozen=True)
class Mint:
    """Makes tokens that a verifier takes, but for what is asked to be different."""

    issuer: str = ISSUER
    audience: str = "shop"
    kid: str = "key-1"
    algorithm: str = "HS256"
    sign: Callable[[bytes], bytes] = lambda signed: hs256(SECRET, signed)
    public: tuple[bytes, ...] = ()
    """Forms of the public key, which anybody has."""
    more: tuple[tuple[str, Any], ...] = ()
    """Further claims of every token."""

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Return the claims of a good token with *changes*."""
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": "u1",
            "jti": "t1",
            "sid": "s1",
            "iat": now,
            "exp": now + 900,
            **dict(self.more),
        }
        return _without_absent(good | changes)

    def token(
        self,
        *,
        header: Mapping[str, Any] | bytes = MappingProxyType({}),
        body: bytes | None = None,
        sign: Callable[[bytes], bytes] | None = None,
        **changes: Any,
    ) -> str:
        """Return a token.

        Args:
            header: changes of the header, or all its bytes.
            body: all bytes of the claims.
            sign: signs it instead.
            changes: of the claims.
        """
        if not isinstance(header, bytes):
            good = {"alg": self.algorithm, "typ": "at+jwt", "kid": self.kid}
            header = json.dumps(_without_absent(good | dict(header))).encode()
        if body is None:
            body = json.dumps(self.claims(**changes)).encode()
        signed = f"{encoded(header)}.{encoded(body)}"
        return f"{signed}.{encoded((sign or self.sign)(signed.encode()))}"


def hs256(secret: bytes, signed: bytes) -> bytes:
    """Return the signature of HS256."""
    return hmac.digest(secret, signed, "sha256")


def encoded(raw: bytes) -> str:
    """Return *raw* in base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def bearer(token: str) -> dict[str, str]:
    """Return the header of a request with *token*."""
    return {"Authorization": f"Bearer {token}"}


def _without_absent(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not ABSENT}
