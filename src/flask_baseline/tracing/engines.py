"""Spans of SQLAlchemy's engines that are older than its instrumentation, which sees later ones alone."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from weakref import WeakSet

from opentelemetry.metrics import NoOpUpDownCounter
from opentelemetry.trace import TracerProvider
from sqlalchemy import Connection, Engine, event


def trace_older_engines(scope: str, provider: TracerProvider) -> None:
    """Trace each engine of the process that is not traced yet, from its next connection on.

    Args:
        scope: what the spans are of.
        provider: where they go.
    """
    module: Any = import_module(f"{scope}.engine")
    tracer = provider.get_tracer(scope)
    usage = NoOpUpDownCounter("db.client.connections.usage")
    known = WeakSet[Engine]()

    def look(connection: Connection) -> None:
        # One with other options is a view of the engine itself.
        engine: Engine = getattr(connection.engine, "_proxied", connection.engine)
        if engine in known:
            return
        known.add(engine)
        listeners = engine.dispatch.before_cursor_execute
        if not any(isinstance(getattr(each, "__self__", None), module.EngineTracer) for each in listeners):
            module.EngineTracer(tracer, engine, usage)

    event.listen(Engine, "engine_connect", look)
