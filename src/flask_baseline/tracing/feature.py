"""``tracing``: a span for each request, and for what it calls."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from functools import partial
from typing import Any
from weakref import finalize

from flask import Flask, request, request_started

from .. import _process_telemetry as process
from .._exchange import Exchange, current_exchange
from .._feature import Setup, Wiring
from .._redaction import Redactor
from ..telemetry.limits import limits_of
from ..telemetry.otlp import exporter_of, protocol
from ..telemetry.outbox import Outbox
from ..telemetry.sending import Sending
from . import others
from .libraries import instrument, prefer_stable_names, scope_of
from .names import QUERY_SECRETS, Attributes, header_attributes, query_attribute
from .sampling import ratio_of
from .settings import LIBRARIES, TracingSettings
from .span_limits import check_span_limits
from .steps import begin_span, end_span, leave_out
from .tracers import tracers
from .traces import Traces


def init_app(app: Flask, settings: TracingSettings, setup: Setup, /) -> Wiring:
    """Return the request's steps, and what must change in the process."""
    exporter = settings.chosen_exporter(os.environ)
    check_span_limits(setup.profile)
    traces = Traces(
        setup.service,
        ratio_of(settings.sample_ratio, os.environ),
        _new_outbox(exporter, setup),
        # Another app of the process may have them instrumented.
        frozenset(map(scope_of, {*LIBRARIES} - {*settings.libraries})),
    )
    # Not a method of the app's: a thread would keep the app alive.
    finalize(app, traces.stop)
    redactor = Redactor()

    def take_over() -> None:
        tracers.add(traces)
        process.provide_tracers(tracers)
        process.hush_exporters()
        process.hush_headers()
        prefer_stable_names()
        instrument(settings.libraries, tracers)

    def start() -> None:
        traces.serve()

    def attach() -> None:
        if settings.instrumentor == "opentelemetry":
            others.instrument(app, tracers)
        if settings.exclude:
            # The rule is known then, and no hook of the app has run.
            request_started.connect(_leaving_out(settings.exclude), app, weak=False)

    return Wiring(
        begin=begin_span(traces, others.back_off(app), trust_parent=settings.trust_parent),
        finish=end_span(
            traces, _more_attributes(settings, redactor), exception_events=settings.exception_events
        ),
        runtime=traces,
        process=take_over,
        start=start,
        attach=attach,
    )


def _new_outbox(exporter: str, setup: Setup) -> Callable[[], Outbox] | None:
    """Return what makes the queue of a process; None where nothing is sent."""
    if exporter in ("none", "memory"):
        return None
    make = _console if exporter == "console" else _otlp(exporter)
    limits = limits_of("OTEL_BSP", os.environ)
    # The setup knows the app, which must not live for as long as what sends its spans.
    tallies = setup.tallies
    return lambda: Outbox("traces", Sending("traces", make, tallies), limits, tallies)


def _otlp(exporter: str) -> Callable[[], Any]:
    return exporter_of("traces", protocol("traces", exporter, os.environ), "BASELINE_TRACING_EXPORTER")


def _console() -> Any:
    from opentelemetry.sdk.trace.export import ConsoleSpanExporter

    # A span a line, as everything else on standard output.
    return ConsoleSpanExporter(formatter=lambda span: span.to_json(indent=None) + "\n")


def _more_attributes(
    settings: TracingSettings, redactor: Redactor
) -> tuple[Callable[[Exchange], Attributes], ...]:
    headers = header_attributes(settings.request_headers, settings.response_headers, redactor)
    query = partial(query_attribute, redactor=Redactor(QUERY_SECRETS)) if settings.query else None
    return tuple(make for make in (headers, query) if make is not None)


def _leaving_out(globs: Sequence[str]) -> Callable[..., None]:
    """Return a receiver of Flask's ``request_started`` that hides the spans of endpoints in *globs*."""
    known: dict[str, bool] = {}

    def receive(_sender: Flask, **_: object) -> None:
        exchange, endpoint = current_exchange.get(), request.endpoint
        if exchange is None or endpoint is None:
            return
        if endpoint not in known:
            known[endpoint] = any(fnmatchcase(endpoint, glob) for glob in globs)
        if known[endpoint]:
            leave_out(exchange)

    return receive
