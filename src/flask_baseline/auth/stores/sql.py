"""Tokens in tables of a SQL database."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from time import monotonic, time
from typing import Any, TypeVar

from sqlalchemy import Engine, Table, bindparam, delete, insert, select, update
from sqlalchemy.engine import URL, Connection, CursorResult
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.sql import Executable

from ..._sql_engines import Engines, make_engine
from ..store import KEEP_LONGER, Rotation
from .asking import SLOW, Asking
from .digests import digest
from .tables import MARKS, METADATA, SESSIONS, SUBJECTS

_T = TypeVar("_T")

SECONDS = 2
"""How long a request waits for the database, for each thing that it may wait for."""

_PRUNE_EVERY = 100
_LARGEST = 2**53
"""A generation beyond it is none; numbers of JSON may be greater than any of a database."""


def _value_of(table: Table, column: str, key: str) -> Any:
    return select(table.c[column]).where(table.c.id == bindparam(key)).scalar_subquery().label(key)


# Three looks, one round trip. What is not there is NULL.
_LOOK = select(
    _value_of(MARKS, "expires", "token"),
    select(SESSIONS.c.expires)
    .where(SESSIONS.c.id == bindparam("session"), SESSIONS.c.subject == bindparam("owner"))
    .scalar_subquery()
    .label("session"),
    _value_of(SUBJECTS, "ended", "subject"),
)
_OF_SESSION = (SESSIONS.c.id == bindparam("session"), SESSIONS.c.subject == bindparam("owner"))
_FIND = select(SESSIONS.c.generation, SESSIONS.c.rotated, SESSIONS.c.expires).where(*_OF_SESSION)
_ADVANCE = (
    update(SESSIONS)
    .where(*_OF_SESSION, SESSIONS.c.generation == bindparam("latest"), SESSIONS.c.expires > bindparam("now"))
    .values(generation=bindparam("next"), rotated=bindparam("now"))
)


class SqlStore:
    """A `TokenStore` in tables that it makes at its first use, unless a migration has made them.

    Args:
        url: of SQLAlchemy.
        namespace: whose tokens these are; others may have theirs in the same tables.
        clock: tells the time.
    """

    def __init__(self, url: URL, namespace: str, clock: Callable[[], float] = time) -> None:
        self._namespace = namespace
        self._clock = clock
        # Each statement is a transaction, and takes one round trip.
        self._engines = Engines(lambda: make_engine(url, SECONDS, isolation_level="AUTOCOMMIT"), METADATA)
        self._ask = Asking(SQLAlchemyError, _is_away)
        self._writes = count(1)

    def revoked(self, token_id: str | None, session_id: str | None, subject: str, issued_at: float) -> bool:
        """Whether an access token no longer counts."""
        owner = self._digest("subject", subject)
        found = self._read(
            _LOOK,
            token=None if token_id is None else self._digest("token", token_id),
            session=None if session_id is None else self._digest("session", session_id),
            owner=owner,
            subject=owner,
        )
        if found.token is not None:
            return True
        if session_id is not None:
            return found.session is None or found.session <= self._clock()
        return found.subject is not None and issued_at < found.subject

    def revoke_token(self, token_id: str, until: float) -> None:
        """Let one token no longer count."""
        self._insert(MARKS, id=self._digest("token", token_id), expires=until + KEEP_LONGER)

    def open_session(self, session_id: str, subject: str, until: float) -> None:
        """Begin a session."""
        session, owner = self._digest("session", session_id), self._digest("subject", subject)
        self._insert(SESSIONS, id=session, subject=owner, generation=0, rotated=0.0, expires=until)

    def rotate(self, session_id: str, subject: str, generation: int, grace: float) -> Rotation:
        """Use the refresh token of *generation*."""
        session = self._digest("session", session_id)
        whose = {"session": session, "owner": self._digest("subject", subject)}
        latest, now = min(generation, _LARGEST), self._clock()
        if self._write(_ADVANCE, **whose, latest=latest, next=latest + 1, now=now):
            return Rotation.ADVANCED
        found = self._read(_FIND, **whose)
        if found is None or found.expires <= now:
            return Rotation.ENDED
        if found.generation == latest + 1 and now - found.rotated <= grace:
            return Rotation.IN_GRACE
        self._write(delete(SESSIONS).where(SESSIONS.c.id == session))
        return Rotation.REUSED

    def end_session(self, session_id: str) -> None:
        """Log out."""
        self._write(delete(SESSIONS).where(SESSIONS.c.id == self._digest("session", session_id)))

    def end_subject(self, subject: str, until: float) -> None:
        """Log out everywhere."""
        owner, now, kept = self._digest("subject", subject), self._clock(), until + KEEP_LONGER
        if not self._insert(SUBJECTS, id=owner, ended=now, expires=kept):
            own = SUBJECTS.c.id == owner
            self._write(update(SUBJECTS).where(own).values(ended=now))
            self._write(update(SUBJECTS).where(own, SUBJECTS.c.expires < kept).values(expires=kept))
        self._write(delete(SESSIONS).where(SESSIONS.c.subject == owner))

    def seen_once(self, kind: str, value: str, until: float) -> bool:
        """Whether *value* comes for the first time."""
        key, kept = self._digest("seen", kind, value), until + KEEP_LONGER
        if self._insert(MARKS, id=key, expires=kept):
            return True
        is_over = MARKS.c.expires <= self._clock()
        return bool(self._write(update(MARKS).where(MARKS.c.id == key, is_over).values(expires=kept)))

    def prune(self) -> None:
        """Forget all that is over."""
        for table in METADATA.sorted_tables:
            while self._prune(table) == _PRUNE_EVERY * 10:
                pass

    def check(self) -> None:
        """Write, though nothing: a server that answers may be one that only reads."""
        self._write(update(MARKS).where(MARKS.c.id == "").values(expires=0.0))

    def _digest(self, kind: str, *parts: str) -> str:
        return digest(self._namespace, kind, *parts)

    def _insert(self, table: Table, **values: object) -> bool:
        """Insert a row, and return whether there was none of its id."""

        def add(connection: Connection) -> bool:
            try:
                connection.execute(insert(table), values)
            except IntegrityError:
                return False
            return True

        if next(self._writes) % _PRUNE_EVERY == 0:
            for each in METADATA.sorted_tables:
                self._prune(each)
        return self._writing(add)

    def _write(self, statement: Executable, **values: object) -> int:
        """Change rows, and return how many were found."""

        def change(connection: Connection) -> int:
            result: CursorResult[Any] = connection.execute(statement, values)
            return result.rowcount

        return self._writing(change)

    def _read(self, statement: Executable, **values: object) -> Any:
        """Return the first row, or None."""

        def look(engine: Engine) -> Any:
            with engine.connect() as connection:
                return connection.execute(statement, values).first()

        return self._try(look)

    def _writing(self, work: Callable[[Connection], _T]) -> _T:
        def change(engine: Engine) -> _T:
            if engine.dialect.name != "postgresql":
                with engine.begin() as connection:
                    return work(connection)
            # Who waits for a lock gives up. Not for the connection: a pooler gives that to others too.
            with engine.execution_options(isolation_level="READ COMMITTED").begin() as connection:
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {SECONDS * 1000}")
                return work(connection)

        return self._try(change)

    def _try(self, work: Callable[[Engine], _T]) -> _T:
        def attempt() -> _T:
            began = monotonic()
            try:
                return work(self._engines.get())
            except DBAPIError as error:
                if not error.connection_invalidated or monotonic() - began > SLOW:
                    raise
            # The server has closed a connection that was idle; the pool has dropped all of them.
            return work(self._engines.get())

        return self._ask(attempt)

    def _prune(self, table: Table) -> int:
        """Delete some rows that are over, and return how many were found."""
        is_over = table.c.expires <= self._clock()

        def find(engine: Engine) -> list[str]:
            with engine.connect() as connection:
                some = select(table.c.id).where(is_over).limit(_PRUNE_EVERY * 10)
                return [*connection.execute(some).scalars()]

        if keys := self._try(find):
            self._write(delete(table).where(table.c.id.in_(keys), is_over))
        return len(keys)


def _is_away(error: SQLAlchemyError) -> bool:
    # Without a statement no connection was there for one.
    return not isinstance(error, DBAPIError) or error.connection_invalidated or error.statement is None
