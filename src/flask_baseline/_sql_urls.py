"""URLs of SQL databases: which driver one means, what is wrong with one, and how long each driver waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from .errors import MissingExtraError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

_DRIVERS = {
    "postgres": "postgresql+psycopg",
    # SQLAlchemy 2.0 would take psycopg2, which the extra does not bring.
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}


def sql_url(text: SecretStr, key: str) -> URL:
    """Return the URL in *text*, with the driver that is used.

    Args:
        text: as SQLAlchemy has it, or as platforms do: ``postgres://``, ``postgresql://``, ``mysql://``.
        key: the setting that has it.

    Raises:
        ValueError: it is none, or none that can be used. The message is without it: it may have a password.
        MissingExtraError: SQLAlchemy or the driver is not installed.
    """
    found = _parsed(text, key)
    # Raised here, where no variable has the URL: an error reporter prints those of every frame.
    if isinstance(found, Exception):
        raise found
    return found


def shared_sql_url(text: SecretStr, key: str) -> URL:
    """Return the URL in *text*, of a database that all connections share.

    Raises:
        ValueError: as `sql_url`, and where each connection has a database of its own.
        MissingExtraError: as `sql_url`.
    """
    url = sql_url(text, key)
    if is_in_memory(url):
        raise ValueError("is a SQLite database in memory, which no two connections share")
    return url


def is_in_memory(url: URL) -> bool:
    """Whether it is a SQLite database that is gone with its connection."""
    if url.get_backend_name() != "sqlite":
        return False
    name = url.database or ""
    is_named_so = name in ("", ":memory:", "file:", "file::memory:") or "mode=memory" in name
    return is_named_so or url.query.get("mode") == "memory"


def connect_args(url: URL, connect: float, answer: float | None) -> dict[str, object]:
    """Return the arguments with which the driver of *url* gives up; what the URL says of them wins.

    Args:
        url: has a driver.
        connect: seconds for a new connection.
        answer: seconds for an answer; None for any time.
    """
    # libpq takes no less than 2, and the drivers of MySQL whole numbers.
    whole = max(2, round(connect))
    limits: dict[str, object] = {}
    driver = url.get_dialect().driver
    if driver in ("psycopg", "psycopg2"):
        # A connection that a dead network left half open is found by the operating system.
        limits = {"connect_timeout": whole, "tcp_user_timeout": answer and round(answer * 1000)}
    elif driver in ("pymysql", "mysqldb"):
        seconds = answer and max(1, round(answer))
        limits = {"connect_timeout": whole, "read_timeout": seconds, "write_timeout": seconds}
    elif driver == "mysqlconnector":
        limits = {"connection_timeout": whole}
    elif driver in ("pysqlite", "pg8000"):
        limits = {"timeout": answer}
    return {name: limit for name, limit in limits.items() if limit is not None and name not in url.query}


def _parsed(text: SecretStr, key: str) -> URL | ValueError | MissingExtraError:
    try:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError
    except ImportError:
        return MissingExtraError(_missing(key, "db"))
    try:
        url = make_url(text.get_secret_value())
        url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
        dialect = url.get_dialect()
        # It finds options with a wrong value.
        _, options = dialect().create_connect_args(url)
    except (ArgumentError, ValueError, TypeError):
        return ValueError("is no URL of SQLAlchemy")
    if dialect.is_async:
        return ValueError("has an asynchronous driver, which an app without an event loop cannot use")
    try:
        dialect.import_dbapi()
    except ImportError:
        if dialect.driver == "psycopg":
            return MissingExtraError(_missing(key, "postgres"))
        return MissingExtraError(
            f"The URL in {key} asks for the driver {dialect.driver}, which is not installed. "
            "Install it, or name another one in the URL, such as postgresql+psycopg://."
        )
    if dialect.driver == "psycopg" and not _knows(options):
        return ValueError("has an option that PostgreSQL does not know")
    return url


def _knows(options: Mapping[str, Any]) -> bool:
    from psycopg import ProgrammingError
    from psycopg.conninfo import make_conninfo

    try:
        make_conninfo(**{name: option for name, option in options.items() if name != "context"})
    except ProgrammingError:
        return False
    return True


def _missing(key: str, extra: str) -> str:
    return f'{key} needs a package that is not installed. Install it: pip install "flask-baseline[{extra}]".'
