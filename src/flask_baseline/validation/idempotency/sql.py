"""Outcomes in a table of a SQL database."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from time import time
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    Float,
    LargeBinary,
    MetaData,
    String,
    Table,
    and_,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import DatabaseError, IntegrityError

from .store import Claim

_SECONDS = 5
_PRUNE_EVERY = 100

TABLE = Table(
    "baseline_idempotency_keys",
    MetaData(),
    Column("key", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("owner", String(32), nullable=False),
    Column("outcome", LargeBinary(2**24 - 1)),
    # Seconds since 1970 by the clocks of the services, which may differ by less than any lease.
    Column("expires", Float(53), nullable=False, index=True),
)
_Condition = ColumnElement[bool]


def _is_held(key: str, owner: str) -> _Condition:
    return and_(TABLE.c.key == key, TABLE.c.owner == owner)


def _is_over(now: float) -> _Condition:
    return TABLE.c.expires < now


class SqlStore:
    """An `IdempotencyStore` in a table that it makes at its first use."""

    def __init__(self, url: URL, clock: Callable[[], float] = time) -> None:
        self._url = url
        self._clock = clock
        self._engine: tuple[int, Engine] | None = None
        self._count = count(1)

    def claim(self, key: str, fingerprint: str, owner: str, lease: float) -> Claim:
        """Take *key* when it is free or its time is over."""
        engine = self._ready()
        now = self._clock()
        values = {"fingerprint": fingerprint, "owner": owner, "outcome": None, "expires": now + lease}
        if next(self._count) % _PRUNE_EVERY == 0:
            self._prune(engine, now)
        while True:
            try:
                with engine.begin() as connection:
                    connection.execute(TABLE.insert().values(key=key, **values))
                return Claim(True)
            except IntegrityError:
                pass
            with engine.begin() as connection:
                found = connection.execute(TABLE.select().where(TABLE.c.key == key)).one_or_none()
                if found is None:
                    continue
                if found.owner == owner:
                    return Claim(True)
                if found.expires > now:
                    return Claim(False, found.fingerprint, found.outcome)
                same = and_(_is_held(key, found.owner), TABLE.c.expires == found.expires)
                taken = connection.execute(TABLE.update().where(same).values(values))
            if taken.rowcount == 1:
                return Claim(True)

    def complete(self, key: str, owner: str, outcome: bytes, keep: float) -> None:
        """Record the outcome, if *owner* still holds *key*."""
        values = {"outcome": outcome, "expires": self._clock() + keep}
        with self._ready().begin() as connection:
            connection.execute(TABLE.update().where(_is_held(key, owner)).values(values))

    def release(self, key: str, owner: str) -> None:
        """Free *key*, if *owner* still holds it."""
        running = and_(_is_held(key, owner), TABLE.c.outcome.is_(None))
        with self._ready().begin() as connection:
            connection.execute(TABLE.delete().where(running))

    def _ready(self) -> Engine:
        """Return this process's engine: connections must not be shared with the parent of a fork."""
        pid, found = os.getpid(), self._engine
        if found is not None and found[0] == pid:
            return found[1]
        engine = _engine_of(self._url)
        try:
            TABLE.create(engine, checkfirst=True)
        except DatabaseError:
            # Another process may have made it since the check.
            if not inspect(engine).has_table(TABLE.name):
                raise
        self._engine = (pid, engine)
        return engine

    def _prune(self, engine: Engine, now: float) -> None:
        old = TABLE.select().with_only_columns(TABLE.c.key).where(_is_over(now)).limit(_PRUNE_EVERY * 10)
        with engine.begin() as connection:
            keys = [*connection.execute(old).scalars()]
            connection.execute(TABLE.delete().where(and_(TABLE.c.key.in_(keys), _is_over(now))))


# What each driver calls the seconds after which it gives up; what a URL says of them wins.
_LIMITS = {
    "pysqlite": {"timeout": _SECONDS},
    # A connection that a dead network left half open is found by the operating system.
    "psycopg": {"connect_timeout": _SECONDS, "tcp_user_timeout": _SECONDS * 1000},
    "psycopg2": {"connect_timeout": _SECONDS, "tcp_user_timeout": _SECONDS * 1000},
    "pg8000": {"timeout": _SECONDS},
    "pymysql": {"connect_timeout": _SECONDS, "read_timeout": _SECONDS, "write_timeout": _SECONDS},
    "mysqldb": {"connect_timeout": _SECONDS, "read_timeout": _SECONDS, "write_timeout": _SECONDS},
    "mysqlconnector": {"connection_timeout": _SECONDS},
}


def _engine_of(url: URL) -> Engine:
    limits = _LIMITS.get(url.get_dialect().driver, {})
    connect_args = {name: value for name, value in limits.items() if name not in url.query}
    options: dict[str, Any] = {}
    if url.get_backend_name() != "sqlite":
        # More threads than connections wait for one; a view must not wait for long.
        options = {"pool_timeout": _SECONDS}
    # The parameters of a statement, which errors have otherwise, are the answers to clients.
    engine = create_engine(
        url, pool_pre_ping=True, hide_parameters=True, connect_args=connect_args, **options
    )
    if url.get_backend_name() == "postgresql":
        event.listen(engine, "begin", _limit_statements)
    return engine


def _limit_statements(connection: Connection) -> None:
    # For each transaction, since a pooler between gives its connections to others too.
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_SECONDS * 1000}")
