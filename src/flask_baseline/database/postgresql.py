"""The time-outs of PostgreSQL, also behind a pooler, and where the server hangs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

from .settings import DatabaseSettings

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

_WITH_OPTIONS = ("psycopg", "psycopg2")
"""Drivers on libpq, whose connections can begin with options."""

_REFUSALS = ("startup parameter", "command-line options")
"""What PgBouncer and RDS Proxy say of options that a connection begins with."""


def limit_postgresql(
    engine: Engine, settings: DatabaseSettings, args: Mapping[str, object], answer: float | None
) -> None:
    """Let *engine* give up as *settings* say.

    Args:
        engine: of a driver on libpq, or another one.
        settings: of the feature.
        args: arguments of a connection; those that the engine has itself win.
        answer: seconds after which a server counts as dead that does not answer; None for any time.
    """
    dialect: Any = engine.dialect
    limits = _milliseconds(settings)
    at_start = " ".join(f"-c {name}={value}" for name, value in limits.items())
    in_transaction = "SELECT " + ", ".join(
        f"set_config('{name}', '{value}', true)" for name, value in limits.items()
    )
    connect = _patient(dialect, settings, answer) if dialect.driver == "psycopg" else dialect.connect
    begins_without = dialect.driver not in _WITH_OPTIONS
    ours = dict(args)

    def connect_in_time(*given: Any, **options: Any) -> DBAPIConnection:
        nonlocal begins_without
        if begins_without or not limits:
            return connect(*given, **{**ours, **options})
        # What the engine has itself comes last, and wins.
        at_start_too = f"{at_start} {options.get('options', '')}".rstrip()
        try:
            return connect(*given, **{**ours, **options, "options": at_start_too})
        except dialect.loaded_dbapi.OperationalError as error:
            if not any(words in str(error) for words in _REFUSALS):
                raise
        begins_without = True
        if dialect.driver == "psycopg":
            # What was prepared is not there in another connection behind the pooler.
            ours["prepare_threshold"] = None
        return connect(*given, **{**ours, **options})

    def connect_as_said(*given: Any, **options: Any) -> DBAPIConnection:
        connection: Any = connect_in_time(*given, **options)
        if "statement_timeout" in str(options.get("options", "")) and hasattr(connection, "patience"):
            # The engine has its own time-out, which wins, and may be longer.
            connection.patience = None
        return cast("DBAPIConnection", connection)

    begin = dialect.do_begin

    def begin_in_time(connection: Any) -> None:
        begin(connection)
        if begins_without and limits:
            # For each transaction, since the connection behind the pooler is another one each time.
            with closing(connection.cursor()) as cursor:
                cursor.execute(in_transaction)

    dialect.connect = connect_as_said
    # Not by an event: a connection that looks for listeners costs as much as a statement.
    dialect.do_begin = begin_in_time


def _patient(
    dialect: Any, settings: DatabaseSettings, answer: float | None
) -> Callable[..., DBAPIConnection]:
    from .._sql_patience import PatientConnection

    ping = dialect.do_ping

    def connect(*given: Any, **options: Any) -> Any:
        connection = PatientConnection.connect(*given, **options)
        connection.patience = answer
        return connection

    def ping_in_time(connection: Any) -> bool:
        # A server that is there answers at once.
        usual = connection.patience
        connection.patience = settings.connect_timeout
        try:
            return bool(ping(connection))
        finally:
            connection.patience = usual

    dialect.do_ping = ping_in_time
    return connect


def _milliseconds(settings: DatabaseSettings) -> dict[str, int]:
    limits = {
        "statement_timeout": settings.statement_timeout,
        "lock_timeout": settings.lock_timeout,
        "idle_in_transaction_session_timeout": settings.idle_transaction_timeout,
    }
    # 0 is what the server, or the role, has by itself.
    return {name: max(1, round(seconds * 1000)) for name, seconds in limits.items() if seconds}
