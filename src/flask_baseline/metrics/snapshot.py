"""What one worker has counted, as JSON that another worker can add to its own."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from typing import Any, NamedTuple, cast

from opentelemetry.sdk.metrics.export import (
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    Sum,
)

from .._safe import safe_text
from .values import Values, number, together

Labels = tuple[tuple[str, str], ...]

FORMAT = 1
"""Of the JSON. Workers of two formats do not share."""


class Kind(NamedTuple):
    """What tells one family of series from another."""

    name: str
    unit: str
    kind: str
    """``counter``, ``up_down``, ``gauge`` or ``histogram``."""
    scope: str
    """The instrumentation that counts; empty for our own."""
    limits: tuple[float, ...]
    """The upper limits of a histogram's buckets."""


class Family(NamedTuple):
    """The series of one instrument: for each set of labels what has been counted."""

    what: str
    series: dict[Labels, Values]


Snapshot = dict[Kind, Family]


def snapshot_of(data: MetricsData, own_scope: str) -> Snapshot:
    """Return *data* as a snapshot, without what Prometheus' text cannot hold: exponential histograms, and
    counts and sums that are no numbers.

    Series whose attributes are the same as text, such as 1 and "1", become one.
    """
    found: Snapshot = {}
    for resource in data.resource_metrics:
        for scope in resource.scope_metrics:
            name = "" if scope.scope.name == own_scope else scope.scope.name
            for metric in scope.metrics:
                for kind, what, labels, values in _series_of(metric, name):
                    series = found.setdefault(kind, Family(what, {})).series
                    known = series.get(labels)
                    series[labels] = values if known is None else together(kind.kind, known, values)
    return found


def dump(snapshot: Snapshot) -> bytes:
    """Return *snapshot* as JSON."""
    return json.dumps(
        [
            [*kind, family.what, [[labels, values] for labels, values in family.series.items()]]
            for kind, family in snapshot.items()
        ],
        separators=(",", ":"),
    ).encode()


def load(text: bytes) -> Snapshot:
    """Return the snapshot that `dump` has made *text* of.

    Raises:
        ValueError: it is something else.
    """
    try:
        found: Snapshot = {}
        for name, unit, sort, scope, limits, what, series in json.loads(text):
            kind = Kind(name, unit, sort, scope, tuple(limits))
            found[kind] = Family(
                what,
                {
                    tuple((key, value) for key, value in labels): _checked(kind, values)
                    for labels, values in series
                },
            )
        return found
    except (TypeError, ValueError) as error:
        raise ValueError("not a snapshot") from error


def _checked(kind: Kind, values: Values) -> Values:
    first, second, *others = values
    if kind.kind == "histogram":
        if len(second) == len(kind.limits) + 1 and isinstance(others[0], dict):
            return values
    elif isinstance(first, int | float) and isinstance(second, int):
        return values
    raise ValueError("not the values of a series")


def _series_of(metric: Metric, scope: str) -> Iterator[tuple[Kind, str, Labels, Values]]:
    data = metric.data
    if isinstance(data, Histogram):
        for point in data.data_points:
            if isnan(number(point.sum)):
                continue
            kind = Kind(metric.name, metric.unit or "", "histogram", scope, tuple(point.explicit_bounds))
            yield kind, metric.description or "", labels_of(point.attributes), _histogram(point)
    elif isinstance(data, Sum | Gauge):
        sort = "gauge" if isinstance(data, Gauge) else "counter" if data.is_monotonic else "up_down"
        kind = Kind(metric.name, metric.unit or "", sort, scope, ())
        for each in data.data_points:
            if sort == "counter" and isnan(number(each.value)):
                continue
            yield kind, metric.description or "", labels_of(each.attributes), _of_number(each, sort)


def _of_number(point: NumberDataPoint, sort: str) -> Values:
    return [number(point.value), point.time_unix_nano if sort == "gauge" else 0]


def _histogram(point: HistogramDataPoint) -> Values:
    examples: dict[str, Values] = {}
    for each in point.exemplars:
        if each.trace_id and each.span_id:
            bucket = sum(limit < each.value for limit in point.explicit_bounds)
            ids = f"{each.trace_id:032x}", f"{each.span_id:016x}"
            examples[str(bucket)] = [number(each.value), each.time_unix_nano / 1e9, *ids]
    return [number(point.sum), [*point.bucket_counts], examples]


def labels_of(attributes: Mapping[str, Any] | None) -> Labels:
    """Return *attributes* as text, in order."""
    return tuple(sorted((safe_text(str(name)), _text(value)) for name, value in (attributes or {}).items()))


def _text(value: object) -> str:
    """Return an attribute as text.

    https://opentelemetry.io/docs/specs/otel/common/#attribute-to-string
    """
    if isinstance(value, str):
        return safe_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return b64encode(value).decode()
    try:
        return _told(value)
    except Exception:
        # The value's own __str__ failed. One series must not cost all others.
        return f"<unprintable {type(value).__name__}>"


def _told(value: object) -> str:
    if isinstance(value, list | tuple):
        return json.dumps([*cast("Sequence[object]", value)], default=str)
    return safe_text(str(value))
