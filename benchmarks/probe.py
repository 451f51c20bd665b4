"""Measure the probes: answered at the edge, against the same as a route of Flask."""

from __future__ import annotations

from collections.abc import Callable

from .harness import measure_requests
from .report import Row, Table
from .scenario import LIVE, READY
from .variants import PROBE_REFERENCE

BUDGET = "5 us"


def measure_probes(rounds: int, requests: int, tell: Callable[[str], None]) -> list[Table]:
    """Return a table for each probe; the readiness is the cached one, as nearly always."""
    tables = []
    for scenario in (LIVE, READY):
        samples = measure_requests(
            scenario,
            ["everything"],
            reference=PROBE_REFERENCE,
            rounds=rounds,
            requests=requests,
            tell=tell,
        )
        rows = (
            Row("route", "A route of Flask alone", samples[PROBE_REFERENCE]),
            Row("edge", "Answered at the edge, every feature on", samples["everything"], BUDGET),
        )
        tables.append(Table(scenario.title, rows))
    return tables
