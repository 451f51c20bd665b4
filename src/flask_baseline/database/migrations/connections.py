"""The connection that migrations run on: without the limits of requests, but for the one of locks."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from math import ceil
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event

from ..engines import make_engine
from ..timeouts import limit

if TYPE_CHECKING:
    from ..databases import Databases


@contextmanager
def connected(databases: Databases, name: str) -> Generator[Connection]:
    """Yield a connection to the database called *name*, without a transaction.

    No statement waits for a lock for longer than ``BASELINE_DATABASE_LOCK_TIMEOUT``: behind one that waits,
    all requests wait too.
    """
    engine = databases.engine(name)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection, _without_foreign_keys(connection):
            yield connection
        return
    with _patient(databases, engine).connect() as connection:
        _let_wait(connection)
        statements = _limits(connection, databases.settings.lock_timeout)

        def begin(connection: Connection) -> None:
            # For each transaction, as the limits of requests may be set.
            for statement in statements:
                connection.exec_driver_sql(statement)

        event.listen(connection, "begin", begin)
        try:
            yield connection
        finally:
            # No request gets one without limits.
            connection.invalidate()


def dangling_rows(connection: Connection) -> int:
    """Count the rows of a SQLite database whose foreign keys refer to no row."""
    return len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())


def _patient(databases: Databases, engine: Engine) -> Engine:
    if databases.is_adopted:
        # It may have arguments that only its app knows.
        return engine
    relaxed = {"statement_timeout": 0.0, "idle_transaction_timeout": 0.0}
    settings = databases.settings.model_copy(update=relaxed)
    patient = make_engine(engine.url, settings)
    limit(patient, settings)
    return patient


def _let_wait(connection: Connection) -> None:
    """Let the driver wait for any answer, where it has a limit of its own: psycopg by us, and PyMySQL."""
    driver: Any = connection.connection.dbapi_connection
    for name in ("patience", "_read_timeout", "_write_timeout"):
        if hasattr(driver, name):
            setattr(driver, name, None)


def _limits(connection: Connection, seconds: float) -> list[str]:
    dialect: Any = connection.dialect
    if dialect.name == "postgresql":
        locks = f"SET lock_timeout = {ceil(seconds * 1000)}"
        return ["SET statement_timeout = 0", "SET idle_in_transaction_session_timeout = 0", locks]
    if dialect.name not in ("mysql", "mariadb"):
        return []
    # Locks of tables, and of rows.
    names = ("lock_wait_timeout", "innodb_lock_wait_timeout") if seconds else ()
    waits = ["SET SESSION max_statement_time = 0"] if dialect.is_mariadb else []
    return [*waits, *(f"SET SESSION {name} = {ceil(seconds)}" for name in names)]


@contextmanager
def _without_foreign_keys(connection: Connection) -> Generator[None]:
    """Let SQLite drop a table that others refer to, to put its new form in the place.

    With foreign keys that would delete, or refuse to, what refers to its rows.
    """
    # By the driver's cursor, since SQLite ignores it inside of a transaction.
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys")
    is_on = bool(cursor.fetchall()[0][0])
    cursor.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.rollback()
        cursor.execute(f"PRAGMA foreign_keys = {is_on:d}")
        cursor.close()
