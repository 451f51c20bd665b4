"""Find the engines of an app, ours and its own, and give each what all have."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flask import Flask

from ..errors import NotInitializedError
from .adoption import adopted_engines, context_of
from .engines import make_engine
from .fork_guard import guard
from .pool_metrics import Read, measure, publish
from .settings import DatabaseSettings
from .slow_queries import log_slow
from .timeouts import limit

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.engine import URL


def opening(
    app: Flask, urls: Mapping[str, URL], settings: DatabaseSettings
) -> Callable[[], Mapping[str, Engine]]:
    """Return what finds the engines of *app*: those of its own object, and of *urls* for all other names.

    It raises `NotInitializedError` where the object that is to come has not come.
    """

    def find() -> Mapping[str, Engine]:
        with context_of(app):
            found = adopted_engines(app)
            for engine in found.values():
                engine.hide_parameters = True
            found |= {name: make_engine(url, settings) for name, url in urls.items() if name not in found}
            if not found:
                raise NotInitializedError(
                    f"The app {app.name!r} has no database yet. Fix: call init_app of its SQLAlchemy object "
                    "before the first request, or set BASELINE_DATABASE_URL."
                )
            publish({name: _with_all(name, engine, settings) for name, engine in found.items()})
        return found

    return find


def _with_all(name: str, engine: Engine, settings: DatabaseSettings) -> Read:
    limit(engine, settings)
    if settings.slow_query_seconds:
        log_slow(name, engine, settings.slow_query_seconds)
    read = measure(name, engine)
    # Last, so that it is the first to see who asks for a connection.
    guard(engine)
    return read
