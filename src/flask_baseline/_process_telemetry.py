"""The only file that changes what OpenTelemetry shares between all apps of a process."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from ._exchange import current_exchange
from .telemetry.reasons import LOGGER, reasons

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

_log = logging.getLogger("flask_baseline.telemetry")


def provide_tracers(tracers: TracerProvider) -> None:
    """Make *tracers* what ``trace.get_tracer()`` asks, unless the app has a provider of its own."""
    from opentelemetry import trace

    known = trace.get_tracer_provider()
    if isinstance(known, trace.ProxyTracerProvider):
        trace.set_tracer_provider(tracers)
    elif known is not tracers:
        _log.warning(
            "a tracer provider is set already, %s: spans of the app and of libraries go there, those of "
            "requests to BASELINE_TRACING_EXPORTER. Fix: remove trace.set_tracer_provider(), or set "
            "BASELINE_TRACING_ENABLED=False.",
            type(known).__qualname__,
        )


def provide_meters(meters: MeterProvider) -> None:
    """Make *meters* what ``metrics.get_meter()`` asks, unless the app has a provider of its own."""
    from opentelemetry import metrics

    known = metrics.get_meter_provider()
    if type(known).__name__ == "_ProxyMeterProvider":
        # It stands for a provider that is not set yet, and has no public name.
        metrics.set_meter_provider(meters)
    elif known is not meters:
        _log.warning(
            "a meter provider is set already, %s: the app's own instruments are there, and not in "
            "BASELINE_METRICS_PATH. Fix: remove metrics.set_meter_provider(), or set "
            "BASELINE_METRICS_ENABLED=False.",
            type(known).__qualname__,
        )


def hush_exporters() -> None:
    """Keep what exporters log for each failure, for our one warning, unless the app listens to them."""
    logger = logging.getLogger(LOGGER)
    if not logger.handlers and logger.level == logging.NOTSET:
        logger.addHandler(reasons)
        logger.propagate = False
    if reasons in logger.handlers:
        for name, each in [*logging.root.manager.loggerDict.items()]:
            if name.startswith(LOGGER) and isinstance(each, logging.Logger) and each.filters:
                # Theirs lets one line through in 20 s, whichever signal it is about.
                others = [found for found in each.filters if found != reasons.is_of_others]
                each.filters[:] = [reasons.is_of_others, *others]


def hush_headers() -> None:
    """Keep what OpenTelemetry logs for each wrong part of a client's header, which may be thousands."""
    for name in ("opentelemetry.baggage", "opentelemetry.baggage.propagation", "opentelemetry.trace.span"):
        logger = logging.getLogger(name)
        if _is_not_of_a_header not in logger.filters:
            logger.addFilter(_is_not_of_a_header)


def _is_not_of_a_header(record: logging.LogRecord) -> bool:
    exchange = current_exchange.get()
    # The headers are read before the span of their request is there.
    return exchange is None or exchange.span is not None
