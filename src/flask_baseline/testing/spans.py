"""Capture the spans of an app."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, cast

from flask import Flask

from .features import runtime_in

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

    from ..tracing.traces import Traces


_changing = Lock()


@contextmanager
def captured_spans(app: Flask) -> Generator[list[ReadableSpan]]:
    """Yield a list that gets every recorded span of *app* that ends in the block.

    The span of a request ends when its response is closed: read it, or ask with ``buffered=True``.

    Raises:
        NotInitializedError: tracing is not on in *app*.
    """
    traces = cast("Traces", runtime_in(app, "tracing", "BASELINE_TRACING_EXPORTER"))
    spans: list[ReadableSpan] = []
    # A new tuple each time, since spans end in other threads.
    with _changing:
        traces.takers = (*traces.takers, spans.append)
    try:
        yield spans
    finally:
        with _changing:
            traces.takers = tuple(take for take in traces.takers if take != spans.append)
