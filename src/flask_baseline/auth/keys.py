"""Keys that verify signatures, each for one algorithm (RFC 8725, section 3.1)."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple, Protocol

from joserfc.jws import JWSRegistry

ALGORITHMS = frozenset(
    "HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA".split()
)
"""All that can be asked for; ``none`` is not among them."""


class VerifyingKey(NamedTuple):
    """A key, and the one algorithm that it is for."""

    kid: str | None
    algorithm: str
    verify: Callable[[bytes, bytes], bool]
    """Whether the second are the signature of the first. It may raise for what is none."""


class KeySource(Protocol):
    """Where a verifier finds the keys of its issuer."""

    @property
    def version(self) -> Hashable:
        """Differs after each change of the keys."""
        ...

    def find(self, kid: str | None, algorithm: str, /) -> VerifyingKey | None:
        """Return the key that *kid* names; None where there is none.

        Without a *kid* it is the only one for *algorithm*.

        Raises:
            Denied: it cannot be told now, which is ``auth_unavailable``.
        """
        ...


def verifying_key(key: Any, algorithm: str, kid: str | None) -> VerifyingKey:
    """Return the joserfc *key* for *algorithm*.

    Raises:
        ValueError: it is not one of `ALGORITHMS`.
        JoseError: the key is of another kind, or not for signatures.
    """
    if algorithm not in ALGORITHMS:
        raise ValueError("no algorithm for signatures")
    # Not its method, which warns of names that an RFC has replaced and providers still use.
    model = JWSRegistry.algorithms[algorithm]
    model.check_key(key)
    if algorithm in _HASHES:
        return VerifyingKey(kid, algorithm, _has_hmac(key.get_op_key("verify"), _HASHES[algorithm]))

    def verify(signed: bytes, signature: bytes) -> bool:
        return model.verify(signed, signature, key)

    return VerifyingKey(kid, algorithm, verify)


_HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}


def _has_hmac(secret: bytes, name: str) -> Callable[[bytes, bytes], bool]:
    # To look for the hash and take the secret in anew, as joserfc does each time, takes longer than the hash.
    begun = hmac.new(secret, digestmod=name)

    def verify(signed: bytes, signature: bytes) -> bool:
        mac = begun.copy()
        mac.update(signed)
        return hmac.compare_digest(mac.digest(), signature)

    return verify


class FixedKeys:
    """A `KeySource` whose keys never change."""

    version = None

    def __init__(self, keys: Iterable[VerifyingKey]) -> None:
        self._keys = tuple(keys)
        self._by_kid = {key.kid: key for key in self._keys if key.kid is not None}

    def find(self, kid: str | None, algorithm: str, /) -> VerifyingKey | None:
        """Return the key that *kid* names; without it the only one for *algorithm*."""
        if kid is not None:
            return self._by_kid.get(kid)
        found = [key for key in self._keys if key.algorithm == algorithm]
        return found[0] if len(found) == 1 else None
