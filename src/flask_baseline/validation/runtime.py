"""What endpoints look up during a request."""

from __future__ import annotations

from typing import NamedTuple

from .idempotency.store import IdempotencyStore


class ValidationRuntime(NamedTuple):
    """The settings that hold for the endpoints of one app."""

    mistakes_are_errors: bool
    idempotency_store: IdempotencyStore
    idempotency_seconds: int
