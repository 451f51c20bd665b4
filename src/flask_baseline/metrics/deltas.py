"""What was counted since the last time, for collectors that want that.

https://opentelemetry.io/docs/specs/otel/metrics/sdk_exporters/otlp/#additional-environment-variable-configuration
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar, cast

from opentelemetry.sdk.metrics import (
    Counter,
    ObservableCounter,
    ObservableUpDownCounter,
    UpDownCounter,
)
from opentelemetry.sdk.metrics import (
    Histogram as HistogramInstrument,
)
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    Sum,
)

Point = TypeVar("Point", NumberDataPoint, HistogramDataPoint)

_DELTA = AggregationTemporality.DELTA
_CUMULATIVE = AggregationTemporality.CUMULATIVE

_PREFERENCES: Mapping[str, tuple[type, ...]] = {
    "delta": (Counter, HistogramInstrument, ObservableCounter),
    "lowmemory": (Counter, HistogramInstrument),
}


def preferred(environ: Mapping[str, str]) -> dict[type, AggregationTemporality]:
    """Return which instruments count from the last time, as OpenTelemetry's variable says."""
    wanted = environ.get("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "").strip().lower()
    cumulative: dict[type, AggregationTemporality] = {
        UpDownCounter: _CUMULATIVE,
        ObservableUpDownCounter: _CUMULATIVE,
    }
    return {**cumulative, **dict.fromkeys(_PREFERENCES.get(wanted, ()), _DELTA)}


def wants_deltas(environ: Mapping[str, str]) -> bool:
    """Whether counters count from the last time."""
    return preferred(environ).get(Counter) is _DELTA


class Deltas:
    """Turns our own cumulative metrics into differences."""

    def __init__(self) -> None:
        self._before: dict[tuple[Any, ...], object] = {}

    def of(self, metric: Metric) -> Metric:
        """Return *metric* with what was added since the last call; what does not grow stays as it is."""
        data = metric.data
        points: list[Any]
        if isinstance(data, Histogram):
            points = [_less(point, self._swap(metric.name, point)) for point in data.data_points]
        elif isinstance(data, Sum) and data.is_monotonic:
            points = [_less_number(point, self._swap(metric.name, point)) for point in data.data_points]
        else:
            return metric
        return replace(
            metric, data=replace(cast(Any, data), data_points=points, aggregation_temporality=_DELTA)
        )

    def _swap(self, name: str, point: Point) -> Point | None:
        """Remember *point*; return the one before it."""
        key = (name, *sorted((point.attributes or {}).items()))
        before = cast("Point | None", self._before.get(key))
        self._before[key] = point
        return before


def _less_number(point: NumberDataPoint, before: NumberDataPoint | None) -> NumberDataPoint:
    if before is None:
        return point
    return replace(point, start_time_unix_nano=before.time_unix_nano, value=point.value - before.value)


def _less(point: HistogramDataPoint, before: HistogramDataPoint | None) -> HistogramDataPoint:
    if before is None:
        return point
    since = before.time_unix_nano
    counts = [now - then for now, then in zip(point.bucket_counts, before.bucket_counts, strict=True)]
    # What is known of all time is not of this time; OTLP may leave them out.
    unknown = cast(float, None)
    return replace(
        point,
        min=unknown,
        max=unknown,
        start_time_unix_nano=since,
        count=point.count - before.count,
        sum=point.sum - before.sum,
        bucket_counts=counts,
        exemplars=[each for each in point.exemplars if each.time_unix_nano > since],
    )
