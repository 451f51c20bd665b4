"""Our own counts as OpenTelemetry's data, so that every exporter takes them with the app's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.metrics import Exemplar
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    Sum,
)

from .requests import Requests
from .series import Series

Value = tuple[Mapping[str, Any], float]
"""The attributes of a series and its value."""

Make = Callable[["Clock"], Iterable[Metric]]
"""Makes metrics of what is counted now."""

_CUMULATIVE = AggregationTemporality.CUMULATIVE


@dataclass(frozen=True)
class Clock:
    """When counting began, and when it was looked at; nanoseconds since the epoch."""

    began: int
    now: int


def counter(name: str, unit: str, what: str, values: Iterable[Value], clock: Clock) -> Metric:
    """Return a count that only grows."""
    return Metric(name, what, unit, Sum(_points(values, clock), _CUMULATIVE, True))


def up_down(name: str, unit: str, what: str, values: Iterable[Value], clock: Clock) -> Metric:
    """Return an amount that can be added up over all workers."""
    return Metric(name, what, unit, Sum(_points(values, clock), _CUMULATIVE, False))


def of_requests(requests: Requests, clock: Clock) -> list[Metric]:
    """Return the metrics of requests.

    https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#http-server
    """
    active = (
        ({"http.request.method": method, "url.scheme": scheme}, count)
        for (method, scheme), count in requests.active().items()
    )
    durations = [
        _histogram_point(attributes, series, requests.limits, clock)
        for attributes, series in requests.series()
    ]
    what = "Duration of HTTP server requests."
    return [
        Metric("http.server.request.duration", what, "s", Histogram(durations, _CUMULATIVE)),
        up_down(
            "http.server.active_requests",
            "{request}",
            "Number of active HTTP server requests.",
            active,
            clock,
        ),
    ]


def _points(values: Iterable[Value], clock: Clock) -> list[NumberDataPoint]:
    return [NumberDataPoint(attributes, clock.began, clock.now, value) for attributes, value in values]


def _histogram_point(
    attributes: Mapping[str, Any], series: Series, limits: tuple[float, ...], clock: Clock
) -> HistogramDataPoint:
    found = series.read()
    exemplars = [
        Exemplar({}, example.seconds, example.time, example.ids.span_id, example.ids.trace_id)
        for example in found.examples
        if example.ids.trace_flags.sampled
    ]
    return HistogramDataPoint(
        attributes,
        clock.began,
        clock.now,
        sum(found.counts),
        found.total,
        found.counts,
        limits,
        found.shortest,
        found.longest,
        exemplars,
    )
