"""How long an engine waits: for connections, answers, locks, and for a transaction that does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._sql_urls import connect_args
from .postgresql import limit_postgresql
from .settings import DatabaseSettings

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

_MARGIN = 1.0
"""Seconds that the server has to say that a statement took too long, before it counts as dead."""


def limit(engine: Engine, settings: DatabaseSettings) -> None:
    """Let *engine* give up as *settings* say; what its URL and its own options say wins."""
    answer = settings.statement_timeout + _MARGIN if settings.statement_timeout else None
    args = connect_args(engine.url, settings.connect_timeout, answer)
    if engine.dialect.name == "postgresql":
        limit_postgresql(engine, settings, args, answer)
    elif engine.dialect.name in ("mysql", "mariadb"):
        _limit_mysql(engine, settings, args)


def _limit_mysql(engine: Engine, settings: DatabaseSettings, args: dict[str, object]) -> None:
    dialect: Any = engine.dialect
    connect = dialect.connect

    def connect_in_time(*given: Any, **options: Any) -> DBAPIConnection:
        connection: DBAPIConnection = connect(*given, **{**args, **options})
        cursor = connection.cursor()
        try:
            cursor.execute("SELECT VERSION()")
            limits = _mysql_limits(settings, is_mariadb="MariaDB" in str(cursor.fetchone()))
            if limits:
                cursor.execute("SET SESSION " + ", ".join(f"{name} = {value}" for name, value in limits))
        finally:
            cursor.close()
        return connection

    dialect.connect = connect_in_time


def _mysql_limits(settings: DatabaseSettings, *, is_mariadb: bool) -> list[tuple[str, float]]:
    seconds, idle = settings.statement_timeout, settings.idle_transaction_timeout
    lock = _whole(settings.lock_timeout)
    # Of rows, and of tables.
    found: list[tuple[str, float]] = [("innodb_lock_wait_timeout", lock), ("lock_wait_timeout", lock)]
    if is_mariadb:
        found += [("max_statement_time", seconds), ("idle_transaction_timeout", _whole(idle))]
    else:
        # MySQL limits what reads, and knows no other time-out of statements.
        found.append(("max_execution_time", round(seconds * 1000)))
    return [(name, value) for name, value in found if value]


def _whole(seconds: float) -> int:
    return max(1, round(seconds)) if seconds else 0
