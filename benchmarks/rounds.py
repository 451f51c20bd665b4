"""Interleaved rounds, and what they say: medians, and ratios within a round."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Sample:
    """What one task took, and its ratio to the reference of the same round."""

    microseconds: float
    """The median of CPU time."""
    ratio: float
    """The median of the ratios."""
    quartiles: tuple[float, float]
    """The middle half of the ratios lies between them."""


def interleave(
    tasks: Mapping[str, Callable[[], float]], rounds: int, tell: Callable[[str], None]
) -> dict[str, list[float]]:
    """Run every task once a round, each round in another order; return the results by name."""
    results: dict[str, list[float]] = {name: [] for name in tasks}
    for number in range(1, rounds + 1):
        tell(f"round {number}/{rounds}")
        for name in random.sample(list(tasks), len(tasks)):
            results[name].append(tasks[name]())
    return results


def sample(seconds: Sequence[float], reference: Sequence[float]) -> Sample:
    """Return the medians, where *seconds* and *reference* are of the same rounds."""
    ratios = [mine / theirs for mine, theirs in zip(seconds, reference, strict=True)]
    low, _, high = quantiles(ratios, n=4, method="inclusive")
    return Sample(median(seconds) * 1e6, median(ratios), (low, high))
