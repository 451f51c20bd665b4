"""What a connection is like on each kind of database, and how long one is waited for."""

from __future__ import annotations

import gc
import sqlite3
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline._runtime import runtime_of

from .link import linked
from .shop import make_app


def engine_of(app: Flask, name: str = "default") -> Any:
    """Return an engine of *app*."""
    return runtime_of(app, "database").engine(name)


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """Return the URL of a file that is not there yet."""
    return f"sqlite:///{tmp_path / 'shop.db'}"


def test_foreign_keys(sqlite: str) -> None:
    """SQLite refuses a row that refers to none."""
    with engine_of(make_app(sqlite)).connect() as connection:
        connection.exec_driver_sql("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE b (a REFERENCES a)")
        with pytest.raises(IntegrityError):
            connection.exec_driver_sql("INSERT INTO b VALUES (1)")


def test_readers_beside_a_writer(sqlite: str) -> None:
    """A file of SQLite is read while a transaction has changed it."""
    engine = engine_of(make_app(sqlite))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (id INTEGER)")
    with engine.begin() as writer:
        writer.exec_driver_sql("INSERT INTO a VALUES (1)")
        with engine.connect() as reader:
            assert reader.exec_driver_sql("SELECT count(*) FROM a").scalar() == 0


def test_sqlite_rolls_everything_back(sqlite: str) -> None:
    """A transaction of SQLite has all that is made in it, of which nothing stays after a rollback."""
    engine = engine_of(make_app(sqlite))
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.exec_driver_sql("CREATE TABLE a (id INTEGER)")
        with connection.begin_nested() as saved:
            connection.exec_driver_sql("INSERT INTO a VALUES (1)")
            saved.rollback()
        connection.exec_driver_sql("INSERT INTO a VALUES (2)")
        assert connection.exec_driver_sql("SELECT id FROM a").scalars().all() == [2]
        connection.rollback()
        with pytest.raises(OperationalError, match="no such table"):
            connection.exec_driver_sql("SELECT id FROM a")


def test_sqlite_without_transactions(sqlite: str) -> None:
    """A connection of SQLite that commits each statement begins no transaction."""
    engine = engine_of(make_app(sqlite))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM")
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        with pytest.raises(OperationalError, match="VACUUM"):
            connection.exec_driver_sql("VACUUM")


def test_sqlite_begins_as_its_url_says(sqlite: str) -> None:
    """A transaction of SQLite has the lock of a writer from its beginning where the URL asks for that."""
    engine = engine_of(make_app(f"{sqlite}?isolation_level=immediate", lock_timeout=0.1))
    with engine.connect() as first:
        first.exec_driver_sql("SELECT 1")
        with engine.connect() as second, pytest.raises(OperationalError, match="locked"):
            second.exec_driver_sql("SELECT 1")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///{}/shop.db"], ids=["memory", "file"])
def test_sqlite_is_closed_with_its_app(url: str, tmp_path: Path) -> None:
    """A connection of SQLite that nobody uses any more is closed without a warning of Python's."""
    # What other tests have left behind.
    gc.collect()
    engine_of(make_app(url.format(tmp_path), profile="test")).connect().close()
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        gc.collect()
    assert not [one for one in found if "unclosed database" in str(one.message)]


def test_sqlite_for_reading(tmp_path: Path) -> None:
    """A file of SQLite may be opened for reading alone."""
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as made:
        made.execute("CREATE TABLE a (id INTEGER)")
    made.close()
    with engine_of(make_app(f"sqlite:///file:{file}?mode=ro&uri=true")).connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM a").scalar() == 0
        with pytest.raises(OperationalError, match="readonly"):
            connection.exec_driver_sql("INSERT INTO a VALUES (1)")


def test_a_lock_of_sqlite(sqlite: str) -> None:
    """A writer of SQLite waits for another one as long as the time-out of locks says."""
    engine = engine_of(make_app(sqlite, lock_timeout=0.1))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (id INTEGER)")
    with engine.begin() as first, engine.begin() as second:
        first.exec_driver_sql("INSERT INTO a VALUES (1)")
        with pytest.raises(OperationalError, match="locked"):
            second.exec_driver_sql("INSERT INTO a VALUES (2)")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_memory(url: str) -> None:
    """A database in memory is one for all threads, and is used by one at a time."""
    app = Flask("shop")
    app.config.update(BASELINE_PROFILE="test", BASELINE_DATABASE_URL=url, BASELINE_DATABASE_POOL_TIMEOUT=0.1)
    Baseline(app, features=[spec for spec in FEATURES if spec.name == "database"])
    engine = engine_of(app)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (id INTEGER)")
        with pytest.raises(PoolTimeoutError):
            engine.connect()
    counts: list[object] = []

    def count() -> None:
        with engine.connect() as connection:
            counts.append(connection.exec_driver_sql("SELECT count(*) FROM a").scalar())

    thread = threading.Thread(target=count)
    thread.start()
    thread.join()
    assert counts == [0]


LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
SHOW = text("SELECT " + ", ".join(f"current_setting('{name}')" for name in LIMITS))


def limits_of(url: str, **options: object) -> tuple[str, ...]:
    """Return the time-outs in a transaction of PostgreSQL."""
    engine = engine_of(make_app(url, **options))
    with engine.connect() as connection:
        shown = tuple(connection.execute(SHOW).one())
    engine.dispose()
    return shown


@pytest.mark.parametrize(
    ("query", "options", "expected"),
    [
        ("", {}, ("30s", "10s", "1min")),
        (
            "",
            {"statement_timeout": 0, "lock_timeout": 1.5, "idle_transaction_timeout": 0},
            ("0", "1500ms", "0"),
        ),
        (
            "",
            dict.fromkeys(("statement_timeout", "lock_timeout", "idle_transaction_timeout"), 0),
            ("0", "0", "0"),
        ),
        ("?options=-c%20lock_timeout%3D7s", {}, ("30s", "7s", "1min")),
    ],
    ids=["default", "some", "none", "of the URL"],
)
def test_the_time_outs(
    postgres_url: str, query: str, options: dict[str, object], expected: tuple[str, ...]
) -> None:
    """PostgreSQL knows how long statements, locks and idle transactions may take; what the URL says wins."""
    assert limits_of(postgres_url + query, **options) == expected


def test_a_longer_time_out_of_the_url(postgres_url: str) -> None:
    """A statement may take as long as the URL says, also where the setting says less."""
    url = f"{postgres_url}?options=-c%20statement_timeout%3D20s"
    engine = engine_of(make_app(url, statement_timeout=0.1))
    with engine.connect() as connection:
        # A second more than the setting is when a server counts as dead.
        assert connection.execute(text("SELECT 1 FROM pg_sleep(1.5)")).scalar() == 1
    engine.dispose()


def test_behind_a_pooler(postgres_url: str) -> None:
    """Behind a pooler that takes no options the time-outs hold for each transaction, and for no longer."""
    with linked(postgres_url, refuses_options=True) as link:
        engine = engine_of(make_app(link.url, pool_size=1, max_overflow=0))
        with engine.connect() as connection:
            assert tuple(connection.execute(SHOW).one()) == ("30s", "10s", "1min")
            connection.commit()
            assert tuple(connection.execute(SHOW).one()) == ("30s", "10s", "1min")
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            assert tuple(connection.execute(SHOW).one()) == ("0", "0", "0")
        engine.dispose()


def test_nothing_is_prepared_behind_a_pooler(postgres_url: str) -> None:
    """Behind a pooler no statement is prepared, which another connection would not know."""
    prepared = text("SELECT count(*) FROM pg_prepared_statements")
    for refuses_options, expected in ((False, 1), (True, 0)):
        with linked(postgres_url, refuses_options=refuses_options) as link:
            engine = engine_of(make_app(link.url))
            with engine.connect() as connection:
                assert [connection.execute(prepared).scalar() for _ in range(9)][-1] == expected
            engine.dispose()


def test_a_connection_that_cannot_be_made(postgres_url: str) -> None:
    """What the server says of a connection is raised as it is."""
    url = postgres_url.removesuffix("postgres") + "missing"
    with pytest.raises(OperationalError, match='database "missing" does not exist'):
        engine_of(make_app(url)).connect()


def test_a_server_that_never_answers(silent: int) -> None:
    """A server that accepts a connection and says nothing is given up after the time-out of connections."""
    engine = engine_of(make_app(f"postgresql://u:planted@127.0.0.1:{silent}/db", connect_timeout=1))
    with pytest.raises(OperationalError, match="timeout") as info:
        engine.connect()
    assert "planted" not in str(info.value)


@pytest.mark.parametrize("pre_ping", [True, False], ids=["ping", "no ping"])
def test_a_server_that_hangs(postgres_url: str, pre_ping: bool) -> None:
    """A server that stops to answer is given up after the time-outs, and its connection is not used again."""
    with linked(postgres_url) as link:
        app = make_app(
            link.url, pre_ping=pre_ping, statement_timeout=0.1, connect_timeout=1, pool_size=1, max_overflow=0
        )
        engine = engine_of(app)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            link.hang()
            with pytest.raises(OperationalError, match="has not answered in time") as info:
                connection.execute(text("SELECT 2"))
            assert info.value.connection_invalidated
        with pytest.raises(OperationalError, match="timeout"):
            engine.connect()
        assert engine.pool.checkedout() == 0


def test_a_ping_of_a_server_that_hangs(postgres_url: str) -> None:
    """An idle connection is tried for no longer than the time-out of connections."""
    with linked(postgres_url) as link:
        engine = engine_of(make_app(link.url, connect_timeout=1, pool_size=1, max_overflow=0))
        engine.connect().close()
        link.hang()
        # With the time-out of statements, 30 s, the test would be over.
        with pytest.raises(OperationalError, match="timeout"):
            engine.connect()


def test_who_listens_may_wait(postgres_url: str) -> None:
    """A connection that waits for notifications asks nothing, and is not given up."""
    engine = engine_of(make_app(postgres_url, statement_timeout=0.1))
    connection = engine.raw_connection()
    found = [*connection.driver_connection.notifies(timeout=1.5)]
    assert (found, connection.driver_connection.closed) == ([], False)
    connection.close()
    engine.dispose()


def test_the_pool(postgres_url: str) -> None:
    """A pool has the connections that the settings say, and who comes too late waits as long as they say."""
    engine = engine_of(make_app(postgres_url, pool_size=1, max_overflow=1, pool_timeout=0.1))
    with engine.connect(), engine.connect(), pytest.raises(PoolTimeoutError):
        engine.connect()
    assert engine.pool.checkedin() == 1
    engine.dispose()


def test_errors_hide_the_values(postgres_url: str) -> None:
    """An error has its statement, and not the values that it was sent with."""
    engine = engine_of(make_app(postgres_url))
    with engine.connect() as connection, pytest.raises(DataError) as info:
        connection.execute(text("SELECT 1 / CAST(:zero AS int), :name"), {"zero": 0, "name": "planted"})
    assert "SELECT 1 /" in str(info.value)
    assert "planted" not in str(info.value)
    engine.dispose()
