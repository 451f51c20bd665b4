"""The traces of one app: OpenTelemetry's provider, made in each process, and where its spans go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import getpid
from typing import NamedTuple

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import Sampler
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from ..telemetry.closing import close_at_exit
from ..telemetry.outbox import Outbox
from ..telemetry.per_process import PerProcess
from ..telemetry.resource import resource_of
from .sampling import Sampled, limit_of, sampler_of

Take = Callable[[ReadableSpan], object]

SCOPE = InstrumentationScope("flask_baseline")


class Here(NamedTuple):
    """What one process has."""

    provider: TracerProvider
    sampler: Sampler
    limit: int | None
    """What decides on the traces of requests that begin here; None leaves all of it to *sampler*."""
    ids: IdGenerator
    limits: SpanLimits
    outbox: Outbox | None


class Traces:
    """What makes the spans of one app.

    Args:
        service: the app's ``service.*``.
        ratio: the share of traces that are recorded; None for what ``OTEL_TRACES_SAMPLER`` says.
        new_outbox: makes a process's queue to the collector; None where nothing is sent.
        silent: what has no spans, by the names of its scopes.
    """

    def __init__(
        self,
        service: Mapping[str, str],
        ratio: float | None,
        new_outbox: Callable[[], Outbox] | None,
        silent: frozenset[str],
    ) -> None:
        self._service, self._ratio, self._new_outbox = service, ratio, new_outbox
        self.silent = silent
        self.takers: tuple[Take, ...] = ()
        """What gets every recorded span that has ended, besides the collector."""
        self._here = PerProcess(self._make)
        self._serving: tuple[int, Here] | None = None

    @property
    def provider(self) -> TracerProvider:
        """The provider of this process."""
        return self._here.get().provider

    @property
    def resource(self) -> Resource:
        """Who makes the spans of this process."""
        return self._here.get().provider.resource

    def serve(self) -> Here:
        """Return what makes the spans of requests. Who serves them has forked, and may have threads."""
        serving = self._serving
        if serving is None or serving[0] != getpid():
            here = self._here.get()
            if here.outbox is not None:
                here.outbox.ticker.start()
            serving = self._serving = (getpid(), here)
        return serving[1]

    def take(self, span: ReadableSpan) -> None:
        """Pass on a sampled span that has ended."""
        here = self._here.get()
        if here.outbox is not None:
            here.outbox.put(span)
        for take in self.takers:
            take(span)

    def stop(self) -> None:
        """Send what waits, and nothing any more."""
        here = self._here.made()
        if here is not None and here.outbox is not None:
            here.outbox.ticker.stop()

    def _make(self) -> Here:
        outbox = self._new_outbox() if self._new_outbox is not None else None
        # Its own end at exit waits for as long as a collector that is away lets it.
        provider = TracerProvider(
            sampler=sampler_of(self._ratio), resource=resource_of(self._service), shutdown_on_exit=False
        )
        if self._ratio is None:
            provider.sampler = Sampled(provider.sampler)
        provider.add_span_processor(_Passing(self.take))
        if outbox is not None:
            close_at_exit(outbox.ticker)
        limit = None if self._ratio is None else limit_of(self._ratio)
        return Here(provider, provider.sampler, limit, provider.id_generator, SpanLimits(), outbox)


class _Passing(SpanProcessor):
    """Passes on the spans of the app and of libraries when they end."""

    def __init__(self, take: Take) -> None:
        self._take = take

    def on_end(self, span: ReadableSpan) -> None:
        """Pass *span* on if it is sampled."""
        if span.context is not None and span.context.trace_flags.sampled:
            self._take(span)
