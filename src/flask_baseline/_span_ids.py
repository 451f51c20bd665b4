"""The ids of spans, as log lines have them.

https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opentelemetry.trace import Span


class SpanIds(NamedTuple):
    """Hexadecimal, in lower case."""

    trace_id: str
    span_id: str
    trace_flags: str


def ids_of(span: Span | None) -> SpanIds | None:
    """Return the ids of *span*; None where it has none."""
    if span is None:
        return None
    context = span.get_span_context()
    if not context.is_valid:
        return None
    return SpanIds(f"{context.trace_id:032x}", f"{context.span_id:016x}", f"{context.trace_flags:02x}")


def current_span_ids() -> SpanIds | None:
    """Return the ids of the current span, whoever made it, where anybody uses OpenTelemetry at all."""
    api = sys.modules.get("opentelemetry.trace")
    # It may be in the middle of its import.
    get_current_span = getattr(api, "get_current_span", None)
    return None if get_current_span is None else ids_of(get_current_span())
