"""One migration of a database at a time, by a lock that ends with the process that holds it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic, sleep

from sqlalchemy import Connection, TextClause, text

from ...errors import BaselineError
from .file_lock import file_lock

_PAUSE_SECONDS = 0.2
_KEY = int.from_bytes(hashlib.sha256(b"flask-baseline migrations").digest()[:8], "big", signed=True)
# MySQL's names are those of the whole server, and have at most 64 characters.
_NAME = "CONCAT('flask-baseline.', SHA1(DATABASE()))"

Take = Callable[[], bool]


@contextmanager
def lock(connection: Connection, seconds: float, tell: Callable[[str], None]) -> Generator[bool]:
    """Hold the lock on migrations of this database for the length of the block; yield whether it had to wait.

    It belongs to *connection*: both are lost together, and it outlives transactions. There is none for
    databases other than PostgreSQL, MySQL, MariaDB and SQLite.

    Args:
        connection: without a transaction; it is to be closed, which frees the lock after an error.
        seconds: how long to wait for another process.
        tell: called once if it has to wait.

    Raises:
        BaselineError: the other process is not done after *seconds*.
    """
    with _LOCKS.get(connection.dialect.name, _none)(connection) as take:
        deadline = monotonic() + seconds
        waits = False
        # Not inside of a statement: the other one's CREATE INDEX CONCURRENTLY would wait for that statement.
        while not take():
            if monotonic() >= deadline:
                raise BaselineError(
                    f"Another process migrates this database, and has not finished in {seconds:g} s. "
                    "Fix: wait for it, end it, or wait longer with --lock-timeout."
                )
            if not waits:
                tell(f"Another process migrates this database. Waiting for it, at most {seconds:g} s.")
                waits = True
            sleep(_PAUSE_SECONDS)
        yield waits


@contextmanager
def _postgresql(connection: Connection) -> Generator[Take]:
    yield lambda: _is(connection, text("SELECT pg_try_advisory_lock(:key)").bindparams(key=_KEY))
    _is(connection, text("SELECT pg_advisory_unlock(:key)").bindparams(key=_KEY))


@contextmanager
def _mysql(connection: Connection) -> Generator[Take]:
    yield lambda: _is(connection, text(f"SELECT GET_LOCK({_NAME}, 0)"))
    _is(connection, text(f"SELECT RELEASE_LOCK({_NAME})"))


@contextmanager
def _sqlite(connection: Connection) -> Generator[Take]:
    # SQLite's own would be the one of the migration's transaction, and end with it.
    databases = connection.execute(text("PRAGMA database_list")).all()
    connection.rollback()
    path = next(row[2] for row in databases if row[1] == "main")
    if not path:
        # In memory, where no other process is.
        yield lambda: True
        return
    with file_lock(f"{path}-migrations") as take:
        yield take


@contextmanager
def _none(connection: Connection) -> Generator[Take]:
    yield lambda: True


def _is(connection: Connection, question: TextClause) -> bool:
    answer = bool(connection.scalar(question))
    connection.rollback()
    return answer


_LOCKS = {"postgresql": _postgresql, "mysql": _mysql, "mariadb": _mysql, "sqlite": _sqlite}
