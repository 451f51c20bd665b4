"""Find the token store that a setting names."""

from __future__ import annotations

from pydantic import SecretStr

from ..._sql_urls import shared_sql_url
from ...errors import MissingExtraError
from ...settings.rules import SettingError
from ..store import TokenStore
from .databases import OURS, Database
from .memory import MemoryStore

KEY = "BASELINE_JWT_STORE"
"""The setting that names it."""
MEMORY = "memory"
SQLALCHEMY = "sqlalchemy"
"""The setting's value for the app's own database."""

_REDIS = ("redis://", "rediss://", "unix://")
_FIX = "set it to sqlalchemy, to a URL of a database, or to redis://HOST:PORT/NUMBER"
_FIX_OF_APP = f"set {OURS}, or set {KEY} to a URL of a database, or to redis://HOST:PORT/NUMBER"


def open_store(where: SecretStr, namespace: str, database: Database | None = None) -> TokenStore:
    """Return the store *where* it is, which is connected to at its first use.

    Args:
        where: ``memory``, ``sqlalchemy`` for *database*, or a URL of Redis or of SQLAlchemy.
        namespace: whose tokens these are; others may have theirs in the same place.
        database: the app's own, which `database_of` finds.

    Raises:
        SettingError: it is none of a store. It is without the URL, which may have a password.
        MissingExtraError: the library for it is not installed.
    """
    # No variable has the URL: an error reporter prints those of every frame.
    if is_memory(where):
        return MemoryStore()
    if where.get_secret_value().startswith(_REDIS):
        return _redis(where, namespace)
    if where.get_secret_value() != SQLALCHEMY:
        try:
            return _sql(Database(KEY, where), namespace)
        except ValueError as error:
            raise SettingError(str(error), _FIX) from None
    if database is None:
        raise SettingError("is sqlalchemy, and the app has no database", _FIX_OF_APP)
    try:
        return _sql(database, namespace)
    except ValueError as error:
        raise SettingError(f"is sqlalchemy, and {database.key} {error}", _FIX_OF_APP) from None


def is_memory(where: SecretStr) -> bool:
    """Whether a store is the memory of each process."""
    return where.get_secret_value() == MEMORY


def _redis(where: SecretStr, namespace: str) -> TokenStore:
    try:
        from .redis import RedisStore
    except ImportError:
        raise MissingExtraError(
            f'{KEY} needs a package that is not installed. Install it: pip install "flask-baseline[redis]".'
        ) from None
    try:
        return RedisStore(where.get_secret_value(), namespace)
    except Exception:
        raise SettingError("is no URL of Redis", _FIX) from None


def _sql(database: Database, namespace: str) -> TokenStore:
    url = shared_sql_url(database.url, database.key)
    from .sql import SqlStore

    return SqlStore(url, namespace)
