"""The process's tracer provider, which finds that of the app in whose request or context it is asked.

Libraries take their tracers when they are imported, before there is an app and before a server forks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import ref

from flask import has_app_context
from opentelemetry.sdk.trace import TracerProvider as SdkTracerProvider
from opentelemetry.trace import NoOpTracer, Span, Tracer, TracerProvider
from opentelemetry.util._decorator import _agnosticcontextmanager  # pyright: ignore[reportPrivateUsage]

from .._exchange import current_exchange
from .._runtime import current_runtime
from .traces import Traces

_NO_TRACER = NoOpTracer()


class Tracers(TracerProvider):
    """Finds the provider of the current app; outside of any, that of the app that was made last."""

    def __init__(self) -> None:
        self._traces: list[ref[Traces]] = []

    def add(self, traces: Traces) -> None:
        """Know the *traces* of one more app, for as long as it lives."""
        self._traces = [known for known in self._traces if known() is not None]
        self._traces.append(ref(traces))

    def current(self) -> Traces | None:
        """Return the traces of the current app; None where no app has any."""
        found = current_runtime("tracing")
        if isinstance(found, Traces):
            return found
        if current_exchange.get() is not None or has_app_context():
            # An app without traces has none in another's.
            return None
        for known in reversed(self._traces):
            traces = known()
            if traces is not None:
                return traces
        return None

    def get_tracer(
        self,
        instrumenting_module_name: str,
        instrumenting_library_version: str | None = None,
        schema_url: str | None = None,
        attributes: Any = None,
    ) -> Tracer:
        """Return a tracer that can be kept: it finds its app at each span."""
        scope = (instrumenting_module_name, instrumenting_library_version, schema_url, attributes)
        return _LateTracer(self, scope)


class _LateTracer(Tracer):
    def __init__(self, tracers: Tracers, scope: tuple[Any, ...]) -> None:
        self._tracers, self._scope = tracers, scope
        self._last: tuple[SdkTracerProvider, Tracer] | None = None

    def _find(self) -> Tracer:
        traces = self._tracers.current()
        if traces is None or self._scope[0] in traces.silent:
            return _NO_TRACER
        provider = traces.provider
        last = self._last
        if last is None or last[0] is not provider:
            last = self._last = (provider, provider.get_tracer(*self._scope))
        return last[1]

    def start_span(self, *args: Any, **kwargs: Any) -> Span:
        """Start a span of the current app."""
        return self._find().start_span(*args, **kwargs)

    @_agnosticcontextmanager
    def start_as_current_span(self, *args: Any, **kwargs: Any) -> Iterator[Span]:
        """Start a span of the current app, and make it the current one for the length of the block."""
        with self._find().start_as_current_span(*args, **kwargs) as span:
            yield span


tracers = Tracers()
"""Of this process."""
