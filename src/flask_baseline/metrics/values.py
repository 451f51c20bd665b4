"""The values of a series, and how those of two become one.

Those of a histogram are the sum, the counts of the buckets, and an example of each bucket by its number as
text; of everything else a number and since when it is that.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from typing import Any, SupportsFloat, cast

Values = list[Any]

_LARGEST = 2**63


def number(value: object) -> float:
    """Return *value* as what JSON and Prometheus can hold, such as those of NumPy, or NaN."""
    if type(value) is float or (type(value) is int and -_LARGEST <= value < _LARGEST):
        return value
    if isinstance(value, str):
        return float("nan")
    try:
        return float(cast(SupportsFloat, value))
    except OverflowError:
        return float("inf" if cast(int, value) > 0 else "-inf")
    except Exception:
        # It is the app's, which may raise anything.
        return float("nan")


def together(kind: str, one: Values, other: Values, how: str = "last") -> Values:
    """Return what two series of one *kind* are in all; two histograms have the same limits.

    Args:
        kind: as in `snapshot.Kind`.
        one: the values of the first.
        other: those of the second.
        how: gauges become one: ``last``, ``sum``, ``max`` or ``min``.
    """
    if kind == "histogram":
        counts = [a + b for a, b in zip(one[1], other[1], strict=True)]
        return [one[0] + other[0], counts, _newest(one[2], other[2])]
    if kind == "gauge" and how == "last":
        return max(one, other, key=lambda values: values[1])
    if kind != "gauge" or how == "sum":
        value = one[0] + other[0]
    else:
        value = max(one[0], other[0]) if how == "max" else min(one[0], other[0])
    return [value, max(one[1], other[1])]


def in_buckets(values: Values, limits: tuple[float, ...], fewer: tuple[float, ...]) -> Values:
    """Return the values of a histogram in *fewer* buckets, whose limits are all among its own *limits*."""
    total, counts, examples = values
    merged = [0] * (len(fewer) + 1)
    for limit, count in zip((*limits, float("inf")), counts, strict=True):
        merged[bisect_left(fewer, limit)] += count
    moved: dict[str, Values] = {}
    for example in examples.values():
        moved = _newest(moved, {str(bisect_left(fewer, example[0])): example})
    return [total, merged, moved]


def _newest(one: Mapping[str, Values], other: Mapping[str, Values]) -> dict[str, Values]:
    newest = {**one}
    for bucket, example in other.items():
        if bucket not in newest or newest[bucket][1] < example[1]:
            newest[bucket] = example
    return newest
