"""Add up what several workers have counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase

from .snapshot import Family, Snapshot
from .values import together

Mode = Callable[[str], str]
"""How the gauges of an instrument become one, by its name: ``last``, ``sum``, ``max`` or ``min``."""

_GROWING = ("counter", "histogram")


def mode_of(gauges: Mapping[str, str]) -> Mode:
    """Return the mode of each gauge, by the first glob in *gauges* that its name matches."""

    def mode(name: str) -> str:
        return next((mode for glob, mode in gauges.items() if fnmatchcase(name, glob)), "last")

    return mode


def merge(snapshots: Iterable[Snapshot], mode: Mode) -> Snapshot:
    """Return the sum of *snapshots*."""
    total: Snapshot = {}
    for snapshot in snapshots:
        for kind, family in snapshot.items():
            series = total.setdefault(kind, Family(family.what, {})).series
            how = mode(kind.name) if kind.kind == "gauge" else "sum"
            for labels, values in family.series.items():
                known = series.get(labels)
                series[labels] = values if known is None else together(kind.kind, known, values, how)
    return total


def of_the_dead(snapshot: Snapshot) -> Snapshot:
    """Return what of *snapshot* stays when its worker is gone: what it has counted, and not what it had."""
    return {kind: family for kind, family in snapshot.items() if kind.kind in _GROWING}
