"""Put the connections of engines into one transaction each, for the length of a test."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, cast

from .branch import Branch
from .shared import Shared

if TYPE_CHECKING:
    from sqlalchemy import Engine


@contextmanager
def rolled_back(engines: Mapping[str, Engine], *, together: tuple[str, str]) -> Generator[None]:
    """Undo at the end of the block all that was done through *engines* in it.

    Args:
        engines: by name; each has a transaction of its own.
        together: two names. The second reads what the first has not committed, as a replica would later.
    """
    with ExitStack() as stack:
        shared = {name: stack.enter_context(_transaction(engine)) for name, engine in engines.items()}
        first, second = together
        if first in shared and second in shared:
            shared[second] = shared[first]
        for name, engine in engines.items():
            stack.enter_context(_pool_of(engine, shared[name]))
        yield


@contextmanager
def _transaction(engine: Engine) -> Generator[Shared]:
    connection = engine.connect()
    try:
        # Through the engine's own pool, so that what it does with a new connection is done.
        real: Any = connection.connection.dbapi_connection
        is_autocommit = getattr(real, "autocommit", None) is True
        if is_autocommit:
            real.autocommit = False
        cursor = real.cursor()
        if engine.dialect.name == "sqlite" and not real.in_transaction:
            # Its driver begins by itself only before some statements.
            cursor.execute("BEGIN")
        if engine.dialect.name == "postgresql":
            # A test may stop at a breakpoint for as long as it likes.
            cursor.execute("SET idle_in_transaction_session_timeout = 0")
        cursor.close()
        shared = Shared(real, fails_whole=engine.dialect.name == "postgresql")
        try:
            yield shared
        finally:
            shared.finish()
            if is_autocommit:
                real.autocommit = True
    finally:
        connection.close()


@contextmanager
def _pool_of(engine: Engine, shared: Shared) -> Generator[None]:
    from sqlalchemy.pool import QueuePool

    pool = engine.pool
    # Without the listeners of the own pool, which would set up the same connection again and again.
    engine.pool = QueuePool(cast(Any, lambda: Branch(shared)), max_overflow=-1, dialect=engine.dialect)
    try:
        yield
    finally:
        engine.pool = pool
