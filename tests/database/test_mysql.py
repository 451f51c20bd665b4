"""The time-outs of MySQL and MariaDB."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from flask_baseline._runtime import runtime_of

from .mysql_server import mysql_server
from .shop import make_app

MYSQL, MARIADB = "8.0.36", "11.4.2-MariaDB"
LOCKS = "SET SESSION innodb_lock_wait_timeout = {0}, lock_wait_timeout = {0}"


@pytest.mark.parametrize(
    ("version", "options", "expected"),
    [
        (MYSQL, {}, [f"{LOCKS.format(10)}, max_execution_time = 30000"]),
        (MARIADB, {}, [f"{LOCKS.format(10)}, max_statement_time = 30.0, idle_transaction_timeout = 60"]),
        (MYSQL, {"lock_timeout": 0.2, "statement_timeout": 0}, [LOCKS.format(1)]),
        (MYSQL, {"lock_timeout": 0, "statement_timeout": 0}, []),
    ],
    ids=["mysql", "mariadb", "some", "none"],
)
def test_a_connection_begins_with_them(version: str, options: dict[str, Any], expected: list[str]) -> None:
    """The server is told the time-outs that it knows when a connection begins."""
    with mysql_server(version) as server:
        engine = runtime_of(make_app(server.url, **options), "database").engine()
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        engine.dispose()
    assert [each for each in server.asked if each.startswith("SET SESSION")] == expected


def test_a_server_that_hangs() -> None:
    """A server that stops to answer is given up after the time-outs."""
    with mysql_server(MYSQL) as server:
        server.falls_silent_at = "SELECT 1"
        engine = runtime_of(make_app(server.url, statement_timeout=0.1), "database").engine()
        with engine.connect() as connection, pytest.raises(OperationalError, match="timed out") as info:
            connection.execute(text("SELECT 1"))
        assert info.value.connection_invalidated
        engine.dispose()
