"""What gauges are, and since when, which OpenTelemetry's SDK does not tell."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace

from opentelemetry.sdk.metrics.export import Gauge, Metric, NumberDataPoint, ScopeMetrics
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from .snapshot import Kind, Labels, Snapshot, labels_of
from .values import Values

set_by_the_app: set[tuple[str, str]] = set()
"""The meters and names of gauges without callbacks."""


class Kept:
    """Remembers what gauges were set to: an older SDK tells it once, and not at the next look."""

    def __init__(self) -> None:
        self._metrics: dict[InstrumentationScope, dict[str, Metric]] = {}
        self._lock = threading.Lock()

    def of(self, found: Iterable[ScopeMetrics]) -> list[ScopeMetrics]:
        """Return what was *found* now, with the gauges that were set before."""
        with self._lock:
            return self._of(found)

    def _of(self, found: Iterable[ScopeMetrics]) -> list[ScopeMetrics]:
        scopes = {each.scope: each for each in found}
        for scope, each in scopes.items():
            for metric in each.metrics:
                if (scope.name, metric.name) in set_by_the_app and isinstance(metric.data, Gauge):
                    known = self._metrics.setdefault(scope, {})
                    known[metric.name] = _together(known.get(metric.name), metric, metric.data)
        for scope, known in self._metrics.items():
            each = scopes.get(scope) or ScopeMetrics(scope, [], scope.schema_url or "")
            # Another instrument may be called the same.
            others = [m for m in each.metrics if m.name not in known or not isinstance(m.data, Gauge)]
            scopes[scope] = replace(each, metrics=[*others, *known.values()])
        return [*scopes.values()]


def _together(before: Metric | None, now: Metric, data: Gauge) -> Metric:
    points: dict[Labels, NumberDataPoint] = {}
    for gauge in (before.data if before is not None else None, data):
        if isinstance(gauge, Gauge):
            points.update({labels_of(point.attributes): point for point in gauge.data_points})
    return replace(now, data=Gauge([*points.values()]))


class Since:
    """Remembers when each gauge has changed: OpenTelemetry only tells when it was looked at."""

    def __init__(self) -> None:
        self._known: dict[tuple[Kind, Labels], Values] = {}

    def of(self, snapshot: Snapshot) -> Snapshot:
        """Return *snapshot*, the next of this process, with the times at which its gauges have changed."""
        for kind, family in snapshot.items():
            if kind.kind != "gauge":
                continue
            for labels, values in family.series.items():
                known = self._known.setdefault((kind, labels), values)
                if known[0] == values[0]:
                    values[1] = known[1]
                self._known[kind, labels] = values
        return snapshot
