"""Outcomes in a table of a SQL database."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from time import time

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
    event,
)
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import IntegrityError

from ..._sql_engines import Engines, make_engine
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
        self._engines = Engines(lambda: _engine_of(url), TABLE.metadata)
        self._clock = clock
        self._count = count(1)

    def claim(self, key: str, fingerprint: str, owner: str, lease: float) -> Claim:
        """Take *key* when it is free or its time is over."""
        engine = self._engines.get()
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
        with self._engines.get().begin() as connection:
            connection.execute(TABLE.update().where(_is_held(key, owner)).values(values))

    def release(self, key: str, owner: str) -> None:
        """Free *key*, if *owner* still holds it."""
        running = and_(_is_held(key, owner), TABLE.c.outcome.is_(None))
        with self._engines.get().begin() as connection:
            connection.execute(TABLE.delete().where(running))

    def _prune(self, engine: Engine, now: float) -> None:
        old = TABLE.select().with_only_columns(TABLE.c.key).where(_is_over(now)).limit(_PRUNE_EVERY * 10)
        with engine.begin() as connection:
            keys = [*connection.execute(old).scalars()]
            connection.execute(TABLE.delete().where(and_(TABLE.c.key.in_(keys), _is_over(now))))


def _engine_of(url: URL) -> Engine:
    engine = make_engine(url, _SECONDS, pool_pre_ping=True)
    if url.get_backend_name() == "postgresql":
        event.listen(engine, "begin", _limit_statements)
    return engine


def _limit_statements(connection: Connection) -> None:
    # For each transaction, since a pooler between gives its connections to others too.
    connection.exec_driver_sql(f"SET LOCAL statement_timeout = {_SECONDS * 1000}")
