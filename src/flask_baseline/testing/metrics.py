"""Capture the metrics of an app."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import Flask

from .features import runtime_in

if TYPE_CHECKING:
    from ..metrics.readings import Readings
    from ..metrics.snapshot import Snapshot


@dataclass
class CapturedMetrics:
    """What an app counts in a block, so far or in all of it, and what its gauges are, now or at its end."""

    _readings: Readings = field(repr=False)
    _before: Snapshot = field(init=False, repr=False)
    _after: Snapshot | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self._before = self._read()

    def end(self) -> None:
        """Count no more."""
        self._after = self._read()

    def value(self, name: str, **attributes: object) -> float:
        """Return the sum of the series of a counter, or of what goes up and down, that have all *attributes*.

        Args:
            name: OpenTelemetry's, such as ``orders.placed``.
            attributes: each with ``_`` for every ``.`` and ``-`` of its name: ``http_route="/orders"``.

        Raises:
            KeyError: nothing of that name has been counted.
        """
        return self._sum(name, attributes, is_histogram=False)

    def count(self, name: str, **attributes: object) -> int:
        """Return how many values the series of a histogram have that have all *attributes*.

        Raises:
            KeyError: nothing of that name has been recorded.
        """
        return int(self._sum(name, attributes, is_histogram=True))

    def _sum(self, name: str, attributes: dict[str, object], *, is_histogram: bool) -> float:
        from ..metrics.snapshot import labels_of

        wanted = {*labels_of(attributes)}
        now = self._read() if self._after is None else self._after
        total, is_known = 0.0, False
        for kind, family in now.items():
            if kind.name != name or (kind.kind == "histogram") is not is_histogram:
                continue
            is_known = True
            before = self._before.get(kind)
            for labels, values in family.series.items():
                if wanted <= {(key.replace(".", "_").replace("-", "_"), value) for key, value in labels}:
                    then = before.series.get(labels) if before and kind.kind in _GROWING else None
                    total += _amount(values) - (_amount(then) if then else 0)
        if not is_known:
            raise KeyError(name)
        return total

    def _read(self) -> Snapshot:
        from ..metrics.readings import SCOPE
        from ..metrics.snapshot import snapshot_of

        return snapshot_of(self._readings.serve().read(), SCOPE.name)


_GROWING = ("counter", "histogram")


def _amount(values: list[object]) -> float:
    counts = values[1]
    return sum(cast("list[int]", counts)) if isinstance(counts, list) else cast(float, values[0])


@contextmanager
def captured_metrics(app: Flask) -> Generator[CapturedMetrics]:
    """Yield what *app* counts in the block, in this process.

    Raises:
        NotInitializedError: metrics are not on in *app*.
    """
    counted = CapturedMetrics(cast("Readings", runtime_in(app, "metrics", "BASELINE_METRICS_EXPORTER")))
    try:
        yield counted
    finally:
        counted.end()
