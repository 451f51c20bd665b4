"""``BASELINE_METRICS_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
from collections.abc import Mapping
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, SecretStr, field_validator

from .._feature import FeatureSettings
from ..settings.rules import SettingError
from ..settings.standard import standard
from ..telemetry.endpoint import has_endpoint, is_disabled

if TYPE_CHECKING:
    from flask import Flask

PRIVATE = (
    "127.0.0.0/8",
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
)
"""Loopback, private and link-local addresses (RFC 1918, RFC 3927, RFC 4193, RFC 4291)."""

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""What OpenTelemetry's conventions ask for."""


class MetricsSettings(FeatureSettings):
    """Metrics, pulled by Prometheus or pushed to an OTLP collector."""

    enabled: bool | Literal["auto"] = "auto"  # type: ignore[assignment]
    """Whether the feature is on; `auto`: where there is an exporter for it."""

    exporter: Literal["prometheus", "otlp", "otlp-grpc", "both", "memory", "none"] | None = Field(
        default=None, json_schema_extra=standard("OTEL_METRICS_EXPORTER")
    )
    """Where metrics go. Unset: to Prometheus and to an OTLP endpoint, as far as there are any."""

    path: str = Field(default="/metrics", pattern=r"^/[A-Za-z0-9._~/-]+$")
    """The path that Prometheus scrapes."""

    token: SecretStr | None = Field(default=None, min_length=16)
    """The bearer token that opens the page from any address."""

    allow: tuple[str, ...] = PRIVATE
    """Networks whose clients see the page without a token, when they ask directly; empty for none."""

    dir: Path | None = None
    """A local folder where the workers of a server share their counts. Unset: one in memory, or temporary."""

    interval: float = Field(default=1.0, ge=0.1, le=60, allow_inf_nan=False)
    """Seconds between two snapshots of a worker; what a killed worker counted since the last is lost."""

    max_routes: int = Field(default=200, ge=1, le=10_000)
    """How many routes have series of their own; the others share `_OTHER`."""

    buckets: tuple[float, ...] = Field(default=SECONDS, min_length=1, max_length=50)
    """The limits of the histogram of durations, in seconds."""

    gauges: Mapping[str, Literal["last", "sum", "max", "min"]] = {}
    """How gauges of several workers become one, by globs of instrument names; `last` for all others."""

    runtime: bool = True
    """Whether there are metrics of the process: CPU, memory, threads, garbage collector."""

    @field_validator("allow")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        # Most apps keep the default, and pay for no import.
        from ipaddress import ip_network

        for network in value:
            try:
                ip_network(network)
            except ValueError:
                fix = "list networks such as 10.0.0.0/8, or addresses"
                raise SettingError("has something that is no network", fix) from None
        return value

    @field_validator("buckets")
    @classmethod
    def _ascending(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        is_finite = all(0 < limit < float("inf") for limit in value)
        if not is_finite or any(low >= high for low, high in pairwise(value)):
            raise SettingError(
                "are not in ascending order above 0", "list them from the lowest to the highest"
            )
        return value

    def is_on(self, app: "Flask", environ: Mapping[str, str]) -> bool:
        """Whether the feature is on: by itself only where metrics have somewhere to go."""
        if self.enabled != "auto":
            return self.enabled
        return self.chosen_exporter(environ) != "none" and not is_disabled(environ)

    def chosen_exporter(self, environ: Mapping[str, str]) -> str:
        """Return the exporter, or the one that what is installed and *environ* imply."""
        if self.exporter is not None:
            return self.exporter
        pulled, pushed = find_spec("prometheus_client") is not None, has_endpoint("metrics", environ)
        if pulled:
            return "both" if pushed else "prometheus"
        return "otlp" if pushed else "none"
