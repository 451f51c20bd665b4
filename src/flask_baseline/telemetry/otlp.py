"""OTLP, over HTTP or gRPC, as OpenTelemetry's own variables say.

https://opentelemetry.io/docs/specs/otel/protocol/exporter/
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from ..errors import MissingExtraError
from .closing import seconds_left
from .endpoint import Signal
from .greenlets import InThread, has_greenlets

Protocol = Literal["http", "grpc"]

_log = logging.getLogger("flask_baseline.telemetry")

_PROTOCOLS: Mapping[str, Protocol] = {"grpc": "grpc", "http/protobuf": "http"}

_EXPORTERS: Mapping[Signal, tuple[str, str]] = {
    "traces": ("trace_exporter", "OTLPSpanExporter"),
    "metrics": ("metric_exporter", "OTLPMetricExporter"),
    "logs": ("_log_exporter", "OTLPLogExporter"),
}


def protocol(signal: Signal, exporter: str, environ: Mapping[str, str]) -> Protocol:
    """Return the protocol of the exporter ``otlp`` or ``otlp-grpc``; the first leaves it to *environ*."""
    if exporter == "otlp-grpc":
        return "grpc"
    for name in (f"OTEL_EXPORTER_OTLP_{signal.upper()}_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"):
        wanted = environ.get(name, "").strip()
        if wanted in _PROTOCOLS:
            return _PROTOCOLS[wanted]
        if wanted:
            _log.warning("%s is neither grpc nor http/protobuf, and is ignored", name)
    return "http"


def is_installed(protocol: Protocol) -> bool:
    """Whether the exporters of *protocol* are installed."""
    try:
        return find_spec(f"opentelemetry.exporter.otlp.proto.{protocol}") is not None
    except ModuleNotFoundError:
        return False


def exporter_of(signal: Signal, protocol: Protocol, key: str) -> Callable[[], Any]:
    """Return what makes an exporter, in the process and the thread that will use it.

    Raises:
        MissingExtraError: its package is not installed; *key* is the setting that asks for it.
    """
    if not is_installed(protocol):
        raise MissingExtraError(
            f'{key} needs the OTLP exporter, which is not installed. Fix: pip install "flask-baseline[otlp]".'
        )
    module, name = _EXPORTERS[signal]
    # At once: at the end of a process much of it cannot be imported any more.
    exporter = getattr(import_module(f"opentelemetry.exporter.otlp.proto.{protocol}.{module}"), name)

    def make() -> Any:
        left = seconds_left()
        made = exporter() if left is None else exporter(timeout=left)
        return InThread(made) if protocol == "grpc" and has_greenlets() else made

    return make
