"""``OTEL_*_LIMIT``: how much a span holds, as OpenTelemetry's SDK reads it."""

from __future__ import annotations

from opentelemetry.sdk.trace import SpanLimits

from ..errors import ConfigError, ConfigProblem


def check_span_limits(profile: str) -> None:
    """Read the limits, which each process reads again when it makes its first span.

    Raises:
        ConfigError: one is not a number.
    """
    try:
        SpanLimits()
    except ValueError as error:
        name = str(error).partition(" ")[0]
        problem = ConfigProblem(
            name, "environment", "is not a whole number from 0", "correct it, or leave it unset"
        )
        raise ConfigError([problem], profile) from None
