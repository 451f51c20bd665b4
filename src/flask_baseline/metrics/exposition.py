"""Snapshots as the families that prometheus_client writes as text or OpenMetrics."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, cast

from prometheus_client import Metric, utils
from prometheus_client.samples import Exemplar

from .naming import family_name, label_name
from .snapshot import Kind, Labels, Snapshot
from .values import Values, in_buckets, together

_log = logging.getLogger("flask_baseline.metrics")

_TYPES = {"counter": "counter", "up_down": "gauge", "gauge": "gauge", "histogram": "histogram"}
_SUFFIXES = {
    "counter": ("", "_total", "_created"),
    "gauge": ("",),
    "histogram": ("", "_bucket", "_count", "_sum", "_created"),
}
"""What no other family may be called, with the name of one in front."""

_told: set[str] = set()


class _Row(NamedTuple):
    labels: dict[str, str]
    limits: tuple[float, ...]
    values: Values


_Rows = dict[tuple[tuple[str, str], ...], _Row]


def families(snapshot: Snapshot, service: Mapping[str, str]) -> Iterator[Metric]:
    """Yield the families of *snapshot*, and the service that they are of.

    Two instruments with one name in Prometheus are one family when they are of one type and unit; the
    second of another type is left out, and told once.
    """
    target = Metric("target", "The service that this is of.", "info")
    target.add_sample("target_info", {label_name(name): value for name, value in service.items()}, 1)
    yield target
    taken = {"target", "target_info"}
    made: dict[str, tuple[Metric, _Rows]] = {}
    for kind, family in sorted(snapshot.items()):
        name, unit = family_name(kind.name, kind.unit, kind.kind)
        sort = _TYPES[kind.kind]
        if name not in made:
            names = {name + suffix for suffix in _SUFFIXES[sort]}
            if names & taken:
                _tell(name)
                continue
            taken |= names
            made[name] = Metric(name, family.what, sort, unit), {}
        metric, rows = made[name]
        if metric.type != sort or metric.unit != unit:
            _tell(name)
            continue
        for labels, values in family.series.items():
            _put(rows, kind, _Row(_labels(labels, kind), kind.limits, values))
    for metric, rows in made.values():
        for row in rows.values():
            _add(metric, row)
        yield metric


def _put(rows: _Rows, kind: Kind, row: _Row) -> None:
    """Add *row*; those with the same labels are one, since Prometheus would take neither."""
    key = tuple(sorted(row.labels.items()))
    known = rows.get(key)
    if known is None:
        rows[key] = row
        return
    one, other, limits = known.values, row.values, known.limits
    if limits != row.limits:
        # A worker has other buckets than one before it: what both have is right for both.
        limits = tuple(limit for limit in limits if limit in row.limits)
        one, other = in_buckets(one, known.limits, limits), in_buckets(other, row.limits, limits)
    rows[key] = _Row(row.labels, limits, together(kind.kind, one, other))


_DIGITS = 9
"""Fractions are added up in another order when a worker is gone, and the last bit of a total may fall
with it: to Prometheus that is a restart."""


def _add(metric: Metric, row: _Row) -> None:
    if metric.type == "histogram":
        _add_histogram(metric, row)
    else:
        is_counter = metric.type == "counter"
        value = round(row.values[0], _DIGITS) if is_counter else row.values[0]
        metric.add_sample(f"{metric.name}{'_total' if is_counter else ''}", row.labels, value)


def _add_histogram(metric: Metric, row: _Row) -> None:
    total, counts, examples = row.values
    count = 0
    for number, (limit, more) in enumerate(zip((*row.limits, float("inf")), counts, strict=True)):
        count += more
        metric.add_sample(
            f"{metric.name}_bucket",
            {**row.labels, "le": _le(limit)},
            count,
            exemplar=_exemplar(examples.get(str(number))),
        )
    metric.add_sample(f"{metric.name}_count", row.labels, count)
    metric.add_sample(f"{metric.name}_sum", row.labels, round(total, _DIGITS))


def _le(limit: float) -> str:
    return str(cast(Any, utils).floatToGoString(limit))


def _exemplar(example: Values | None) -> Exemplar | None:
    if example is None:
        return None
    seconds, time, trace_id, span_id = example
    return Exemplar({"trace_id": trace_id, "span_id": span_id}, seconds, time)


def _labels(labels: Labels, kind: Kind) -> dict[str, str]:
    named: dict[str, str] = {}
    for name, value in labels:
        label = label_name(name)
        if label == "le" and kind.kind == "histogram":
            # The limit of a bucket has this name.
            label = "exported_le"
        # Two names may have become one: then both values are told (as the specification has it).
        named[label] = f"{named[label]};{value}" if label in named else value
    if kind.scope:
        named["otel_scope_name"] = kind.scope
    return named


def _tell(name: str) -> None:
    if name not in _told:
        _told.add(name)
        _log.warning(
            "two instruments are %s in Prometheus, with different types or units; the second is left out. "
            "Fix: rename one.",
            name,
        )
