"""SQLite as a database is expected to be: with foreign keys, transactions and readers beside a writer."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from .._sql_urls import is_in_memory

if TYPE_CHECKING:
    from sqlalchemy import Engine

_MODES = ("DEFERRED", "IMMEDIATE", "EXCLUSIVE")


class OwnedConnection(sqlite3.Connection):
    """A connection that is closed with its engine where nobody disposes of that, as in a test."""

    def __del__(self) -> None:
        # From Python 3.13 on it would warn.
        self.close()


def tame(engine: Engine) -> None:
    """Let the connections of *engine*, of Python's own driver, keep foreign keys and begin transactions."""
    is_file, refused = not is_in_memory(engine.url), engine.dialect.loaded_dbapi.OperationalError
    # SQLAlchemy accepts it in the URL, and gives it to nobody.
    mode = str(engine.url.query.get("isolation_level", "")).upper()
    statement = f"BEGIN {mode}" if mode in _MODES else "BEGIN"

    def connect(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        if is_file:
            # Readers need not wait for a writer then. What may only be read stays as it is.
            with suppress(refused):
                connection.execute("PRAGMA journal_mode = WAL")

    def begin(connection: Any) -> None:
        # Python's driver would begin a transaction at the first change, after what was read for it and
        # after a savepoint. None is what SQLAlchemy makes of AUTOCOMMIT.
        driver = connection.driver_connection
        if driver.isolation_level is not None:
            driver.execute(statement)

    dialect: Any = engine.dialect
    # Not by an event: a connection that looks for listeners costs as much as a statement.
    dialect.do_begin = begin
    event.listen(engine, "connect", connect)
