"""Find the store that a setting names."""

from __future__ import annotations

from pydantic import SecretStr

from ..errors import MissingExtraError
from .memory import MemoryStore
from .store import Store
from .texts import MEMORY


def open_store(where: SecretStr, service: str) -> Store:
    """Return the store *where* it is: ``memory``, or a URL, which is connected to at its first use.

    Raises:
        ValueError: the URL is none of Redis. The message is without it, as it may have a password.
        MissingExtraError: the library for it is not installed.
    """
    if is_memory(where):
        return MemoryStore()
    try:
        from .shared import SharedStore
    except ImportError:
        raise MissingExtraError(
            "BASELINE_RATELIMIT_STORE needs a package that is not installed. "
            'Fix: pip install "flask-baseline[ratelimit]".'
        ) from None
    try:
        # No variable has the URL: an error reporter prints those of every frame.
        return SharedStore(where.get_secret_value(), service)
    except Exception:
        raise ValueError("is no URL of Redis") from None


def is_memory(where: SecretStr) -> bool:
    """Whether a store is the memory of each process."""
    return where.get_secret_value() == MEMORY
