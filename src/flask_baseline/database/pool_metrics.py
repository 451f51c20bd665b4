"""What the pools of connections are doing, by OpenTelemetry's names.

https://opentelemetry.io/docs/specs/semconv/database/database-metrics/
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from os import getpid
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import QueuePool

from .pools import watch_pools

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.pool import Pool, PoolProxiedConnection

_NAME = "db.client.connection.pool.name"
_STATE = "db.client.connection.state"

_meter = metrics.get_meter("flask_baseline.database")
_timeouts = _meter.create_counter(
    "db.client.connection.timeouts", "{timeout}", "Requests for a connection that waited in vain."
)
_waits = _meter.create_histogram(
    "db.client.connection.wait_time", "s", "How long a connection was waited for while all were in use."
)
_creates = _meter.create_histogram("db.client.connection.create_time", "s", "How long it took to connect.")


class PoolCounts(NamedTuple):
    """The connections of one pool in this process."""

    idle: int
    used: int
    waiting: int
    """Threads that wait for a connection."""
    most: int | None
    """How many there can be; None where there is no limit."""


Read = Callable[[], "PoolCounts | None"]
"""Returns the counts of a pool; None where it is one that does not count."""


def measure(name: str, engine: Engine) -> Read:
    """Record how long the connections of *engine* are waited for, and return what reads its pool."""
    labels = {_NAME: name}
    waiting: set[object] = set()
    owner = 0

    def watch(pool: Pool) -> None:
        nonlocal waiting, owner
        connect, here = pool.connect, set[object]()
        waiting, owner = here, getpid()

        def connect_measured() -> PoolProxiedConnection:
            # To record costs more than to take a connection out, and is left to those that wait.
            if not isinstance(pool, QueuePool) or pool.checkedin() or not _is_exhausted(pool):
                return connect()
            token, started = object(), perf_counter()
            here.add(token)
            try:
                return connect()
            except PoolTimeoutError:
                _timeouts.add(1, labels)
                raise
            finally:
                here.discard(token)
                _waits.record(perf_counter() - started, labels)

        pool.connect = connect_measured  # type: ignore[method-assign]

    def read() -> PoolCounts | None:
        pool = engine.pool
        if not isinstance(pool, QueuePool):
            return None
        # A forked process has no connection of its own until it asks for the first.
        is_ours = owner == getpid()
        idle, used = (pool.checkedin(), pool.checkedout()) if is_ours else (0, 0)
        return PoolCounts(idle, used, len(waiting) if is_ours else 0, _most(pool))

    _time_connects(engine.dialect, labels)
    watch_pools(engine, watch)
    return read


def publish(pools: Mapping[str, Read]) -> None:
    """Show the counts of *pools*, by name, among the metrics of the current app."""
    if type(metrics.get_meter_provider()).__name__ == "_ProxyMeterProvider":
        # Nobody asks. What is made now would be shown for each app that comes later.
        return

    def states(_: CallbackOptions) -> Iterator[Observation]:
        for name, counts in _all(pools):
            yield Observation(counts.idle, {_NAME: name, _STATE: "idle"})
            yield Observation(counts.used, {_NAME: name, _STATE: "used"})

    def most(_: CallbackOptions) -> Iterator[Observation]:
        for name, counts in _all(pools):
            if counts.most is not None:
                yield Observation(counts.most, {_NAME: name})

    def pending(_: CallbackOptions) -> Iterator[Observation]:
        for name, counts in _all(pools):
            yield Observation(counts.waiting, {_NAME: name})

    observe = _meter.create_observable_up_down_counter
    observe("db.client.connection.count", [states], "{connection}", "Connections that are open.")
    observe("db.client.connection.max", [most], "{connection}", "How many connections may be open.")
    observe("db.client.connection.pending_requests", [pending], "{request}", "Who waits for a connection.")


def _all(pools: Mapping[str, Read]) -> Iterator[tuple[str, PoolCounts]]:
    for name, read in pools.items():
        counts = read()
        if counts is not None:
            yield name, counts


def _time_connects(dialect: Any, labels: Mapping[str, str]) -> None:
    connect = dialect.connect

    def connect_timed(*args: Any, **options: Any) -> Any:
        started = perf_counter()
        connection = connect(*args, **options)
        _creates.record(perf_counter() - started, labels)
        return connection

    dialect.connect = connect_timed


def _is_exhausted(pool: QueuePool) -> bool:
    most = _most(pool)
    return most is not None and pool.checkedout() >= most


def _most(pool: QueuePool) -> int | None:
    # It has no public name; -1 is no limit.
    overflow: int = getattr(pool, "_max_overflow", -1)
    return None if overflow < 0 or not pool.size() else pool.size() + overflow
