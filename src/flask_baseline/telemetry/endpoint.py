"""Whether OpenTelemetry's own variables say that there is somewhere to send telemetry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Signal = Literal["traces", "metrics", "logs"]


def has_endpoint(signal: Signal, environ: Mapping[str, str]) -> bool:
    """Whether *environ* says where to send *signal*."""
    names = ("OTEL_EXPORTER_OTLP_ENDPOINT", f"OTEL_EXPORTER_OTLP_{signal.upper()}_ENDPOINT")
    return not is_disabled(environ) and any(environ.get(name, "").strip() for name in names)


def is_disabled(environ: Mapping[str, str]) -> bool:
    """Whether ``OTEL_SDK_DISABLED`` turns all telemetry off."""
    return environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
