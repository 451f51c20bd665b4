"""Find the store for a URL."""

from __future__ import annotations

from pydantic import SecretStr

from ..._sql_urls import shared_sql_url
from ...errors import MissingExtraError
from .memory import MemoryStore
from .store import IdempotencyStore

_REDIS = ("redis://", "rediss://", "unix://")


def open_store(url: str | None) -> IdempotencyStore:
    """Return the store at *url*, which is connected to at its first use; None is this process's memory.

    Raises:
        ValueError: *url* is none of a store. The message is without it, as it may have a password.
        MissingExtraError: the library for it is not installed.
    """
    if url is None:
        return MemoryStore()
    if url.startswith(_REDIS):
        return _redis(url)
    return _sql(url)


def _redis(url: str) -> IdempotencyStore:
    try:
        from .redis import RedisStore
    except ImportError:
        raise MissingExtraError(
            "BASELINE_VALIDATION_IDEMPOTENCY_STORE needs a package that is not installed. "
            'Install it: pip install "flask-baseline[redis]".'
        ) from None
    try:
        return RedisStore(url)
    except ValueError:
        raise ValueError("is no URL of Redis") from None


def _sql(url: str) -> IdempotencyStore:
    parsed = shared_sql_url(SecretStr(url), "BASELINE_VALIDATION_IDEMPOTENCY_STORE")
    from .sql import SqlStore

    return SqlStore(parsed)
