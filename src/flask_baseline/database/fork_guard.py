"""Keep a process from using the connections of the one that it was forked from.

Two processes that share a connection get each other's answers. What looks is the pool, before it takes a
connection out: a server such as uWSGI forks without telling Python.
"""

from __future__ import annotations

import threading
from os import getpid
from typing import TYPE_CHECKING

from .pools import watch_pools

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.pool import Pool, PoolProxiedConnection

_inherited: list[Pool] = []
"""Kept: to let go of a connection would tell the server to end it, for all that share it."""


def guard(engine: Engine) -> None:
    """Let *engine* begin in each process with an empty pool."""
    # By process: a thread that is not in the child may have held the lock at the fork.
    locks: dict[int, threading.Lock] = {}

    def watch(pool: Pool) -> None:
        pid, connect = getpid(), pool.connect

        def connect_here() -> PoolProxiedConnection:
            here = getpid()
            if here == pid:
                return connect()
            with locks.setdefault(here, threading.Lock()):
                # Another thread may have been first.
                if engine.pool is pool:
                    _inherited.append(pool)
                    engine.dispose(close=False)
            return engine.pool.connect()

        pool.connect = connect_here  # type: ignore[method-assign]

    watch_pools(engine, watch)
