"""Log statements that take long, without the values that they were sent with."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from .._exchange import current_exchange
from .statements import without_values

if TYPE_CHECKING:
    from sqlalchemy import Engine

_log = logging.getLogger("flask_baseline.database")


def log_slow(name: str, engine: Engine, seconds: float) -> None:
    """Log each statement of *engine* that takes *seconds* or longer, or fails after them.

    Args:
        name: of the database.
        engine: has no other limit yet.
        seconds: above 0.
    """
    shown = without_values(engine.dialect.name)

    def tell(statement: str, elapsed: float) -> None:
        fields: dict[str, object] = {
            "duration_ms": round(elapsed * 1000, 3),
            "db.client.connection.pool.name": name,
        }
        exchange = current_exchange.get()
        if exchange is not None:
            exchange.note_rule()
            fields["http.route"] = exchange.route
        _log.warning("slow query, %.3f s: %s", elapsed, shown(statement), extra=fields)

    def timed(execute: Callable[..., object]) -> Callable[..., object]:
        def run(cursor: object, statement: str, *args: object, **options: object) -> object:
            started = perf_counter()
            try:
                return execute(cursor, statement, *args, **options)
            finally:
                elapsed = perf_counter() - started
                if elapsed >= seconds:
                    tell(statement, elapsed)

        return run

    # Not by events: a connection that looks for listeners costs as much as the statement itself.
    dialect: Any = engine.dialect
    for name_of_method in ("do_execute", "do_execute_no_params", "do_executemany"):
        setattr(dialect, name_of_method, timed(getattr(dialect, name_of_method)))
