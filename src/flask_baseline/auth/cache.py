"""Tokens that were verified a moment ago.

They are kept by a hash of all that came. Nothing that was refused is kept, so that nobody can fill the memory
with what they make up; nor is anything that may change from one request to the next.
"""

from __future__ import annotations

from typing import NamedTuple

from .identity import Transport
from .verifier import Verified, Verifier

Key = tuple[bytes, Transport]
"""The hash of a token with all around it, and how it came."""


class Kept(NamedTuple):
    """A token that was verified."""

    verified: Verified
    verifier: Verifier


class Cache:
    """At most twice *size* tokens: when as many are new, those that were not seen since are forgotten.

    It needs no lock: the worst that threads can do is to verify a token once more.
    """

    def __init__(self, size: int = 2_000) -> None:
        self._size = size
        self._new: dict[Key, Kept] = {}
        self._old: dict[Key, Kept] = {}

    def get(self, key: Key, now: float) -> Kept | None:
        """Return what is kept; None where it has to be verified, again or at all."""
        kept = self._new.get(key)
        if kept is None:
            kept = self._old.get(key)
            if kept is None:
                return None
            self.put(key, kept)
        if now >= kept.verified.cached_until or kept.verified.version != kept.verifier.version:
            self._new.pop(key, None)
            return None
        return kept

    def put(self, key: Key, kept: Kept) -> None:
        """Keep it, unless it is to be verified each time."""
        if kept.verified.cached_until <= 0:
            return
        if len(self._new) >= self._size:
            self._old, self._new = self._new, {}
        self._new[key] = kept
