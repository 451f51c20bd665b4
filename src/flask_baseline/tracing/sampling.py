"""Which traces are recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opentelemetry.context import Context, create_key, get_value, set_value
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_OFF,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)

_LOW_BITS = (1 << 64) - 1
_LEFT_OUT = create_key("flask_baseline.left_out")


def ratio_of(ratio: float | None, environ: Mapping[str, str]) -> float | None:
    """Return the share of traces to record; None leaves it to ``OTEL_TRACES_SAMPLER``, read by the SDK."""
    if ratio is None and environ.get("OTEL_TRACES_SAMPLER", "").strip():
        return None
    return 1.0 if ratio is None else ratio


def sampler_of(ratio: float | None) -> Sampler | None:
    """Return the SDK's sampler of the spans that are not of requests; None for the one of the environment."""
    return None if ratio is None else ParentBased(TraceIdRatioBased(ratio))


def limit_of(ratio: float) -> int:
    """Return the number that `is_in` compares with, as the SDK's `TraceIdRatioBased` makes it."""
    return round(ratio * (_LOW_BITS + 1))


def is_in(trace_id: int, limit: int) -> bool:
    """Whether a trace that begins here is recorded: what `TraceIdRatioBased` decides, without its objects."""
    return trace_id & _LOW_BITS < limit


def left_out(context: Context) -> Context:
    """Return *context* as one in which `Sampled` records nothing."""
    return set_value(_LEFT_OUT, True, context)


class Sampled(Sampler):
    """Decides as *sampler* does, which may not ask whether a span's parent is recorded.

    Nothing below a request that is left out is recorded.
    """

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler

    def should_sample(self, parent_context: Context | None, *args: Any, **kwargs: Any) -> SamplingResult:
        """Return what becomes of a span."""
        sampler = ALWAYS_OFF if get_value(_LEFT_OUT, parent_context) else self._sampler
        return sampler.should_sample(parent_context, *args, **kwargs)

    def get_description(self) -> str:
        """Return what tells it from others."""
        return self._sampler.get_description()
