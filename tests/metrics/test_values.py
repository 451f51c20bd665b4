"""Amounts that an SDK may hand over, and series that become one."""

from __future__ import annotations

import errno
import fcntl
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    HistogramDataPoint,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.metrics.export import Histogram as HistogramData
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from flask_baseline.metrics.locks import Lock
from flask_baseline.metrics.snapshot import dump, load, snapshot_of
from flask_baseline.metrics.values import in_buckets, number, together

_CUMULATIVE = AggregationTemporality.CUMULATIVE


class Odd:
    """A number of some library's, which fails."""

    def __float__(self) -> float:
        raise LookupError


NUMBERS: dict[str, tuple[Any, float]] = {
    "integer": (7, 7),
    "float": (0.5, 0.5),
    "true": (True, 1.0),
    "decimal": (Decimal("1.5"), 1.5),
    "fraction": (Fraction(1, 4), 0.25),
    "beyond-64-bits": (2**70, 2.0**70),
    "beyond-a-float": (10**400, math.inf),
    "far-below": (-(10**400), -math.inf),
    "text": ("12", math.nan),
    "nothing": (None, math.nan),
    "failing": (Odd(), math.nan),
}


@pytest.mark.parametrize(("value", "shown"), NUMBERS.values(), ids=NUMBERS)
def test_numbers(value: object, shown: float) -> None:
    """Whatever an app has set is a number that JSON and Prometheus can hold."""
    assert number(value) == pytest.approx(shown, nan_ok=True)


class Untold:
    """An attribute without a text."""

    def __str__(self) -> str:
        raise LookupError

    __repr__ = __str__


def _data(*metrics: Metric) -> MetricsData:
    scope = ScopeMetrics(InstrumentationScope("shop"), metrics, "")
    return MetricsData([ResourceMetrics(Resource.get_empty(), [scope], "")])


def _point(value: Any, attributes: Any = None) -> NumberDataPoint:
    return NumberDataPoint(attributes or {}, 1, 2, value)


def test_what_an_older_sdk_hands_over() -> None:
    """Attributes without a text have one all the same, and counts that are no numbers are left out."""
    points = [_point(1, {"key": Untold()}), _point(2, {"key": (Untold(),)}), _point(math.nan)]
    histogram = HistogramDataPoint({}, 1, 2, 1, math.nan, [1, 0], [1.0], 0.0, 0.0, [])
    data = _data(
        Metric("orders", "", "", Sum(points, _CUMULATIVE, True)),
        Metric("weight", "", "", HistogramData([histogram], _CUMULATIVE)),
    )
    (family,) = snapshot_of(data, "").values()
    labels = {value: values[0] for ((_, value),), values in family.series.items()}
    assert labels == {"<unprintable Untold>": 1, "<unprintable tuple>": 2}


def test_a_snapshot_comes_back() -> None:
    """What is written is read as it was, infinity and odd letters too."""
    snapshot = snapshot_of(
        _data(Metric("a", "wh\xe4t", "s", Sum([_point(math.inf, {"k": "\u2028\n"})], _CUMULATIVE, True))), ""
    )
    assert load(dump(snapshot)) == snapshot


def test_fewer_buckets() -> None:
    """In fewer buckets nothing is lost, and each has the newest of the examples that are in it now."""
    old, new, high = [0.05, 10.0, "1", "1"], [0.4, 20.0, "2", "2"], [99.0, 5.0, "3", "3"]
    values = [100.0, [1, 2, 3, 4], {"0": old, "1": new, "3": high}]
    assert in_buckets(values, (0.1, 0.5, 1.0), (0.5,)) == [100.0, [3, 7], {"0": new, "1": high}]
    assert in_buckets(values, (0.1, 0.5, 1.0), ()) == [100.0, [10], {"0": new}]


def test_the_newest_example_whoever_is_first() -> None:
    """Two histograms have the newer example of each bucket, in any order."""
    older, newer = [1.0, [1], {"0": [1.0, 5.0, "a", "a"]}], [2.0, [1], {"0": [2.0, 6.0, "b", "b"]}]
    assert together("histogram", older, newer) == together("histogram", newer, older)
    assert together("histogram", older, newer)[2] == newer[2]


def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file system has no locks that is an error, and no file stays open."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    before = len([*Path("/proc/self/fd").iterdir()])
    with pytest.raises(OSError, match="No locks available"):
        Lock(tmp_path / "lock").acquire(wait=False)
    assert len([*Path("/proc/self/fd").iterdir()]) == before
