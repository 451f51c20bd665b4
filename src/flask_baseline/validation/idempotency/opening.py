"""Find the store for a URL."""

from __future__ import annotations

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
        raise _missing("redis") from None
    try:
        return RedisStore(url)
    except ValueError:
        raise ValueError("is no URL of Redis") from None


def _sql(url: str) -> IdempotencyStore:
    try:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError

        from .sql import SqlStore
    except ImportError:
        raise _missing("db") from None
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            # SQLAlchemy 2.0 would take psycopg2, which the extra does not bring.
            parsed = parsed.set(drivername="postgresql+psycopg")
        dialect = parsed.get_dialect()
    except ArgumentError:
        raise ValueError("is neither a URL of Redis nor one of SQLAlchemy") from None
    if dialect.is_async:
        raise ValueError("has an asynchronous driver, which a store cannot use")
    try:
        dialect.import_dbapi()
    except ImportError:
        raise _missing_driver(dialect.driver) from None
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise ValueError("is a SQLite database in memory, which no two connections share")
    return SqlStore(parsed)


def _missing_driver(driver: str) -> MissingExtraError:
    if driver == "psycopg":
        return _missing("postgres")
    return MissingExtraError(
        f"The URL in BASELINE_VALIDATION_IDEMPOTENCY_STORE asks for the driver {driver}, which is not "
        "installed. Install it, or name another one in the URL, such as postgresql+psycopg://."
    )


def _missing(extra: str) -> MissingExtraError:
    return MissingExtraError(
        "BASELINE_VALIDATION_IDEMPOTENCY_STORE needs a package that is not installed. "
        f'Install it: pip install "flask-baseline[{extra}]".'
    )
