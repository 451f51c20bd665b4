"""The pool of an engine, which is another one after each `Engine.dispose`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.pool import Pool


def watch_pools(engine: Engine, watch: Callable[[Pool], None]) -> None:
    """Call *watch* with the pool of *engine*, and with each that comes after it."""

    def follow(pool: Pool) -> None:
        recreate = pool.recreate

        def recreate_watched() -> Pool:
            following = recreate()
            follow(following)
            return following

        # Not by the event of a disposed engine, which makes each connection look for listeners.
        pool.recreate = recreate_watched  # type: ignore[method-assign]
        watch(pool)

    follow(engine.pool)
