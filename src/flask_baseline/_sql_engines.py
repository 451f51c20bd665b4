"""Engines of our own stores: their connections are short, and no session of the app shares them."""

from __future__ import annotations

from collections.abc import Callable
from os import getpid
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData, create_engine, inspect
from sqlalchemy.exc import DatabaseError

from ._sql_urls import connect_args

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import URL

_MARGIN = 1.0
"""Seconds that the server has to say that a statement took too long, before it counts as dead."""


def make_engine(url: URL, seconds: float, **options: Any) -> Engine:
    """Return an engine for *url*, which connects at its first use.

    Args:
        url: has a driver; what its query says wins.
        seconds: how long to wait for a connection, for a lock of SQLite, and for an answer.
        options: more of ``create_engine``.
    """
    args = connect_args(url, seconds, seconds)
    if url.get_backend_name() != "sqlite":
        # More threads than connections wait for one. Servers close connections that are idle for hours.
        options = {"pool_timeout": seconds, "pool_recycle": 1800, **options}
    is_psycopg = url.get_dialect().driver == "psycopg"
    if is_psycopg and "prepare_threshold" not in url.query:
        # A pooler between may lead the next statement to a connection on which nothing was prepared.
        args["prepare_threshold"] = None
    # An error has otherwise the parameters of its statement, and an error reporter shows it.
    engine = create_engine(url, hide_parameters=True, connect_args=args, **options)
    if is_psycopg:
        _be_patient(engine, seconds + _MARGIN)
    return engine


class Engines:
    """One engine for each process: connections must not be shared with the parent of a fork.

    A child keeps its parent's, unused: to let go of a connection would tell the server to end it.

    Args:
        make: returns a new engine.
        tables: are made at the first use of each process, unless they are there.
    """

    def __init__(self, make: Callable[[], Engine], tables: MetaData) -> None:
        self._make = make
        self._tables = tables
        self._found: dict[int, Engine] = {}

    def get(self) -> Engine:
        """Return this process's engine.

        Raises:
            SQLAlchemyError: the tables are not there, and cannot be made.
        """
        pid = getpid()
        return self._found.get(pid) or self._first(pid)

    def _first(self, pid: int) -> Engine:
        engine = self._make()
        try:
            _make_tables(engine, self._tables)
        except BaseException:
            engine.dispose()
            raise
        # Another thread may have been first.
        kept = self._found.setdefault(pid, engine)
        if kept is not engine:
            engine.dispose()
        return kept


def _make_tables(engine: Engine, tables: MetaData) -> None:
    for table in tables.sorted_tables:
        try:
            table.create(engine, checkfirst=True)
        except DatabaseError as error:
            # Another process may have made it since the check.
            if not inspect(engine).has_table(table.name):
                raise error


def _be_patient(engine: Engine, seconds: float) -> None:
    """Let the connections of *engine* wait no longer for an answer: a server that hangs has no time-outs."""
    from ._sql_patience import PatientConnection

    def connect(*given: Any, **options: Any) -> Any:
        connection = PatientConnection.connect(*given, **options)
        connection.patience = seconds
        return connection

    dialect: Any = engine.dialect
    dialect.connect = connect
