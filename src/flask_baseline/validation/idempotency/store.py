"""What keeps the outcomes of idempotent requests."""

from __future__ import annotations

from typing import NamedTuple, Protocol

LEASE_SECONDS = 120
"""How long a request may run before another may take its place: a worker that was killed says nothing."""


class Claim(NamedTuple):
    """What a store has for a key."""

    is_ours: bool
    """Whether the key was free, and is now held by who asked."""
    fingerprint: str = ""
    """That of the request which holds it, or did."""
    outcome: bytes | None = None
    """What that request was answered; None while it runs."""


class IdempotencyStore(Protocol):
    """Keeps a record for each key: who holds it, for which request, and the outcome.

    All methods are atomic across threads and processes, and raise whatever their library raises
    when the store cannot be reached.
    """

    def claim(self, key: str, fingerprint: str, owner: str, lease: float) -> Claim:
        """Take *key* for *owner* when it is free or its time is over, for *lease* seconds.

        Who holds it already gets it again: a client of a store may ask twice when an answer is lost.
        """
        ...

    def complete(self, key: str, owner: str, outcome: bytes, keep: float) -> None:
        """Record the *outcome* for *keep* seconds, if *owner* still holds *key*."""
        ...

    def release(self, key: str, owner: str) -> None:
        """Free *key*, if *owner* still holds it."""
        ...
