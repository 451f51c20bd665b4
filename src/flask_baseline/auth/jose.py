"""Verify signed tokens (RFC 7515, RFC 7519) as RFC 8725 asks.

The keys and the cryptography are joserfc's. The form of a token is read here, so that there is nothing in it
that is taken but not understood.
"""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from string import ascii_letters, digits
from time import time
from typing import Any

from flask import Request

from .claims import UnfitError, verified
from .denied import denied
from .identity import Transport
from .keys import KeySource, VerifyingKey
from .profile import Profile
from .strict_json import object_of
from .verifier import Verified

_CHARACTERS = (ascii_letters + digits + "-_.").encode()
"""Of a token: base64url (RFC 4648, section 5), and dots."""

_NEVER = frozenset({"b64", "crit", "enc", "zip"})
"""Headers that change what a token means. None of them is understood (RFC 7515, section 4.1.11)."""


_MAX_KNOWN = 64


def _no_cookie(_request: Request) -> None:
    return None


def _admit(_verified: Verified, _request: Request) -> None: ...


@dataclass(frozen=True)
class JoseVerifier:
    """A `Verifier` of signed tokens."""

    profile: Profile
    keys: KeySource
    takes_header: bool = True
    token_in_cookie: Callable[[Request], str | None] = _no_cookie
    admit: Callable[[Verified, Request], None] = _admit
    _known: dict[str, tuple[Hashable, VerifyingKey]] = field(
        default_factory=lambda: {}, init=False, repr=False
    )
    """Headers of tokens that were good, which most others have too, with the key that each names."""

    @property
    def name(self) -> str:
        """The profile's."""
        return self.profile.name

    @property
    def issuer(self) -> str | None:
        """The profile's."""
        return self.profile.issuer

    @property
    def version(self) -> Hashable:
        """That of the keys."""
        return self.keys.version

    def verify(self, token: str, transport: Transport) -> Verified:
        """Return what *token* says."""
        profile = self.profile
        try:
            # First of all, since all that follows takes as long as the token is.
            if len(token) > profile.max_bytes:
                raise UnfitError("too large")
            if not _has_form(token):
                raise UnfitError("form")
            version = self.keys.version
            claims = self._claims(token, version)
            return verified(claims, profile, transport, time(), version)
        except UnfitError as error:
            why = str(error)
        raise denied("invalid_token", why)

    def _claims(self, token: str, version: Hashable) -> dict[str, Any]:
        """Return the claims, once the signature is right."""
        signed, _, signature = token.rpartition(".")
        header, _, payload = signed.partition(".")
        known = self._known.get(header)
        is_known = known is not None and known[0] == version
        key = known[1] if known is not None and is_known else self._key(_object(header, "header"))
        if not _is_signed(key.verify, signed.encode(), _signature(signature)):
            raise UnfitError("signature")
        if not is_known:
            if len(self._known) >= _MAX_KNOWN:
                self._known.clear()
            self._known[header] = version, key
        return _object(payload, "claims")

    def _key(self, header: dict[str, Any]) -> VerifyingKey:
        kid, algorithm = self._header(header)
        key = self.keys.find(kid, algorithm)
        if key is None:
            raise UnfitError("kid")
        # The key says which algorithm it is for, and never the token.
        if key.algorithm != algorithm:
            raise UnfitError("alg")
        return key

    def _header(self, header: dict[str, Any]) -> tuple[str | None, str]:
        """Return the name of the key and the algorithm."""
        profile = self.profile
        unwanted = header.keys() & (_NEVER | profile.refused_headers)
        if unwanted:
            raise UnfitError(min(unwanted))
        kind = header.get("typ", "")
        if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in profile.types:
            raise UnfitError("typ")
        kid, algorithm = header.get("kid"), header.get("alg")
        if not isinstance(algorithm, str):
            raise UnfitError("alg")
        if kid is None and not profile.is_kid_needed and "kid" not in header:
            return None, algorithm
        if not isinstance(kid, str):
            raise UnfitError("kid")
        return kid, algorithm


def _has_form(token: str) -> bool:
    """Whether *token* is three texts of base64url with dots between (RFC 7515, section 3.1)."""
    parts = token.split(".")
    return (
        len(parts) == 3
        and all(parts)
        and not token.encode("utf-8", "surrogatepass").translate(None, _CHARACTERS)
    )


def _is_signed(verify: Callable[[bytes, bytes], bool], signed: bytes, signature: bytes) -> bool:
    try:
        return verify(signed, signature)
    except Exception:
        # Each kind of key has its own way to say that this is no signature at all.
        return False


def _object(part: str, what: str) -> dict[str, Any]:
    try:
        return object_of(_decoded(part, what))
    except ValueError:
        raise UnfitError(what) from None


def _decoded(part: str, what: str) -> bytes:
    try:
        # More padding than is needed is not looked at.
        return a2b_base64(part.encode().translate(_FROM_URL) + b"==")
    except ValueError:
        raise UnfitError(what) from None


_FROM_URL = bytes.maketrans(b"-_", b"+/")


def _signature(part: str) -> bytes:
    # The last character may have bits that stand for nothing, so that one token had several forms.
    if part[-1] not in _LAST[len(part) % 4]:
        raise UnfitError("signature")
    return _decoded(part, "signature")


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

_LAST = (_ALPHABET, "", _ALPHABET[::16], _ALPHABET[::4])
"""What may be the last character, by the length modulo 4."""
