"""``logging``: structured logs of the app, its libraries and its server, and an event per request."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from weakref import finalize

from flask import Flask

from .. import _process
from .._edge import BeginStep
from .._exchange import Exchange
from .._feature import Setup, Wiring
from ..telemetry.endpoint import is_disabled
from . import outlets
from .access import log_access
from .lines import Lines, config_of
from .request_id import accept, echo
from .settings import LoggingSettings

if TYPE_CHECKING:
    from .otlp import Logs


def init_app(app: Flask, settings: LoggingSettings, setup: Setup, /) -> Wiring:
    """Return the request's steps, and what must change in the process."""
    lines = Lines(config_of(settings), setup.service, setup.chosen)
    logs = _logs(settings, setup)
    if logs is not None:
        finalize(app, logs.stop)

    def take_over() -> None:
        _process.configure_logging(app, lines, is_cached=setup.profile == "prod")
        if settings.access:
            _process.hide_dev_server_access_lines()
        if logs is not None:
            from .. import _process_telemetry

            outlets.add(logs)
            _process_telemetry.hush_exporters()

    accept_id = accept(settings.request_id_header)
    return Wiring(
        begin=accept_id if logs is None else _serving(logs, accept_id),
        respond=echo(settings.request_id_header),
        finish=log_access(lines, is_sent=logs is not None) if settings.access else None,
        runtime=logs,
        process=take_over,
        start=None if logs is None else logs.serve,
    )


def _logs(settings: LoggingSettings, setup: Setup) -> Logs | None:
    """Return what sends the events of the app; None where standard output is all."""
    exporter = settings.exporter
    if exporter not in ("otlp", "otlp-grpc") or is_disabled(os.environ):
        return None
    # OpenTelemetry's SDK is imported where somebody uses it.
    from ..telemetry.limits import limits_of
    from ..telemetry.otlp import exporter_of, protocol
    from ..telemetry.outbox import Outbox
    from ..telemetry.sending import Sending
    from .otlp import Logs

    make = exporter_of("logs", protocol("logs", exporter, os.environ), "BASELINE_LOGGING_EXPORTER")
    limits = limits_of("OTEL_BLRP", os.environ)
    return Logs(
        setup.service,
        lambda: Outbox("logs", Sending("logs", make, setup.tallies), limits, setup.tallies),
    )


def _serving(logs: Logs, begin: BeginStep) -> BeginStep:
    """Return the step *begin*, at which a process is known to serve requests."""

    def serve(exchange: Exchange) -> None:
        begin(exchange)
        logs.serve()

    return serve
