"""Show the results: as text, as JSON, and as tables inside a page of the docs."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from .rounds import Sample

BEGIN = "<!-- benchmarks: begin -->"
END = "<!-- benchmarks: end -->"


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    name: str
    what: str
    sample: Sample
    budget: str = ""
    """The most that it may be, in words; empty for no limit."""


@dataclass(frozen=True)
class Table:
    """Rows whose ratios are to the first one."""

    title: str
    rows: tuple[Row, ...]
    unit: Literal["us", "ms"] = "us"


def as_text(tables: Sequence[Table]) -> str:
    """Return the tables for a terminal."""
    return "\n\n".join(f"{table.title}\n{_aligned(_cells(table))}" for table in tables)


def as_json(tables: Sequence[Table], rounds: int, requests: int) -> str:
    """Return everything for a program. Times are microseconds of CPU, whatever the table's unit."""
    report = {
        "python": platform.python_version(),
        "flask": version("flask"),
        "rounds": rounds,
        "requests": requests,
        "tables": [asdict(table) for table in tables],
    }
    return json.dumps(report, indent=2) + "\n"


def update_markdown(page: Path, tables: Sequence[Table], rounds: int, requests: int) -> None:
    """Replace what stands between the two markers of *page*.

    Raises:
        ValueError: the page does not have both markers, in order.
    """
    before, begin, rest = page.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} needs the lines {BEGIN} and {END}, in this order")
    origin = (
        f"CPython {platform.python_version()}, Flask {version('flask')}, "
        f"{rounds} rounds of {requests} requests."
    )
    text = "\n\n".join([origin, *(_markdown(table) for table in tables)])
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def _cells(table: Table) -> list[tuple[str, ...]]:
    scale, digits = (1000, 0) if table.unit == "ms" else (1, 1)
    cells: list[tuple[str, ...]] = [("", table.unit, "ratio", "middle half", "budget", "")]
    for row in table.rows:
        low, high = row.sample.quartiles
        cells.append(
            (
                row.name,
                f"{row.sample.microseconds / scale:.{digits}f}",
                f"{row.sample.ratio:.2f}",
                f"{low:.2f} - {high:.2f}",
                row.budget,
                row.what,
            )
        )
    return cells


def _aligned(cells: Sequence[tuple[str, ...]]) -> str:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(map(str.ljust, line, widths)).rstrip() for line in cells)
    return "\n".join(lines)


def _markdown(table: Table) -> str:
    header, *rows = (f"| {' | '.join(line)} |" for line in _cells(table))
    return "\n".join([f"### {table.title}", "", header, "| --- | ---: | ---: | --- | --- | --- |", *rows])
