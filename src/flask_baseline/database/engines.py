"""Make the engines of URLs."""

from __future__ import annotations

from typing import Any

import sqlalchemy
from sqlalchemy import Engine
from sqlalchemy.engine import URL
from sqlalchemy.pool import QueuePool

from .._sql_urls import connect_args, is_in_memory
from .settings import DatabaseSettings
from .sqlite import OwnedConnection, tame

_DAY = 86_400


def make_engine(url: URL, settings: DatabaseSettings) -> Engine:
    """Return an engine for *url*, which connects at its first use."""
    is_sqlite = url.get_backend_name() == "sqlite"
    options = _of_memory(settings) if is_in_memory(url) else _of_pool(settings)
    if is_sqlite:
        # All that one waits for there is the lock of a writer.
        args = connect_args(url, settings.connect_timeout, settings.lock_timeout or _DAY)
        options["connect_args"] = {**args, "check_same_thread": False}
        if url.get_dialect().driver == "pysqlite":
            options["connect_args"]["factory"] = OwnedConnection
        # A file does not go away.
        options["pool_pre_ping"] = False
    # By its module, since OpenTelemetry's instrumentation puts another function there.
    engine = sqlalchemy.create_engine(url, hide_parameters=True, poolclass=QueuePool, **options)
    if is_sqlite:
        tame(engine)
    return engine


def _of_pool(settings: DatabaseSettings) -> dict[str, Any]:
    return {
        "pool_size": settings.pool_size,
        "max_overflow": settings.max_overflow,
        "pool_timeout": settings.pool_timeout,
        "pool_recycle": max(1, round(settings.pool_recycle)),
        "pool_pre_ping": settings.pre_ping,
    }


def _of_memory(settings: DatabaseSettings) -> dict[str, Any]:
    # Its one connection is the database. Whoever needs another one at the same time must wait.
    return {"pool_size": 1, "max_overflow": 0, "pool_timeout": settings.pool_timeout}
