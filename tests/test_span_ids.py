"""The ids of spans, as log lines have them."""

from __future__ import annotations

import pytest
from opentelemetry.trace import (
    INVALID_SPAN,
    NonRecordingSpan,
    Span,
    SpanContext,
    TraceFlags,
    use_span,
)

from flask_baseline._span_ids import SpanIds, current_span_ids, ids_of

from .programs import run


def span_of(trace_id: int, span_id: int, flags: int = 1) -> Span:
    return NonRecordingSpan(SpanContext(trace_id, span_id, False, TraceFlags(flags)))


IDS = {
    "sampled": (span_of(0xABC, 0xDEF), SpanIds("0" * 29 + "abc", "0" * 13 + "def", "01")),
    "not-sampled": (span_of(2**128 - 1, 2**64 - 1, 0), SpanIds("f" * 32, "f" * 16, "00")),
    "no-span": (None, None),
    "invalid": (INVALID_SPAN, None),
    "no-trace": (span_of(0, 1), None),
}


@pytest.mark.parametrize(("span", "ids"), IDS.values(), ids=IDS)
def test_the_ids_of_a_span(span: Span | None, ids: SpanIds | None) -> None:
    """Ids are hexadecimal and have all their digits; a span that is none has none."""
    assert ids_of(span) == ids


def test_the_current_span() -> None:
    """The span that is current has its ids in the line, whoever has made it."""
    assert current_span_ids() is None
    with use_span(span_of(1, 2)):
        assert current_span_ids() == SpanIds("0" * 31 + "1", "0" * 15 + "2", "01")
    assert current_span_ids() is None


def test_opentelemetry_is_not_imported_for_it() -> None:
    """Where nobody uses OpenTelemetry, looking for a span does not import it."""
    done = run("""
import sys
from flask_baseline._span_ids import current_span_ids
print(current_span_ids(), "opentelemetry" in sys.modules)
""")
    assert (done.stdout, done.stderr) == ("None False\n", "")
