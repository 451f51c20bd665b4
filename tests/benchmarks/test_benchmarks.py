"""The benchmark harness runs end to end, and what it compares does the same work."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.harness import ROOT, worker
from benchmarks.report import BEGIN, END, update_markdown
from benchmarks.scenario import GET, LIVE, ORDER, POST, QUERY, READY
from benchmarks.variants import PROBE_REFERENCE, REFERENCE, VARIANTS

OWN = [name for name, found in VARIANTS.items() if name != REFERENCE and not found.is_peer]
"""The others are no dependencies; a run refuses to measure one that answers something else."""


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the benchmarks as briefly as they can be run."""
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", "--rounds", "2", "--requests", "5", *arguments],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )


@dataclass(frozen=True)
class Report:
    """What one run left behind."""

    tables: list[list[str]]
    """The lines of each table, as printed."""
    stderr: str
    results: Any
    page: str


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Compare two variants and the probes, and write all files that there are."""
    folder = tmp_path_factory.mktemp("report")
    page, results = folder / "cost.md", folder / "cost.json"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    done = run("--only", "logging", "hand-wired", "probes", "document", "--json", results, "--markdown", page)
    return Report(
        tables=[table.splitlines() for table in done.stdout.split("\n\n")],
        stderr=done.stderr,
        results=json.loads(results.read_text()),
        page=page.read_text(),
    )


def test_a_run_prints_the_rows_that_were_asked_for(report: Report) -> None:
    """Each table has the reference and what is compared with it."""
    rows = {title: [line.split()[0] for line in lines] for title, _, *lines in report.tables}

    assert rows == {
        "POST /orders": ["bare", "logging", "hand-wired"],
        "GET /users/17": ["bare", "logging", "hand-wired"],
        f"GET /products?{QUERY.variables['QUERY_STRING']}": ["bare", "logging", "hand-wired"],
        "GET /livez": ["route", "edge"],
        "GET /readyz": ["route", "edge"],
        "A large document, once": ["schemas", "document"],
    }


def test_a_run_is_quiet_in_a_pipe(report: Report) -> None:
    """Progress is shown on a terminal alone."""
    assert report.stderr == ""


def test_the_json_has_every_sample(report: Report) -> None:
    """A program finds how often what was measured, and what came out."""
    assert (report.results["rounds"], report.results["requests"]) == (2, 5)
    assert [len(table["rows"]) for table in report.results["tables"]] == [3, 3, 3, 2, 2, 2]
    for table in report.results["tables"]:
        assert all(row["sample"]["microseconds"] > 0 for row in table["rows"])


def test_a_page_keeps_what_stands_around_its_tables(report: Report) -> None:
    """Only what is between the markers is replaced."""
    assert report.page.startswith(f"before\n{BEGIN}\n")
    assert report.page.endswith(f"\n{END}\nafter\n")
    assert "| hand-wired |" in report.page
    assert "old" not in report.page


def test_the_start_says_which_libraries_it_imports() -> None:
    """By default structlog is imported, and with every feature off it is not."""
    default, all_off = run("--only", "start").stdout.split("\n\n")

    assert "structlog is imported" in default
    assert "structlog is not imported" in all_off


@pytest.mark.parametrize("text", ["", f"{END}{BEGIN}", BEGIN], ids=["no marker", "wrong order", "one marker"])
def test_a_page_without_markers_is_refused(tmp_path: Path, text: str) -> None:
    """A page that has no place for the tables is left as it is, and the error says what it needs."""
    page = tmp_path / "cost.md"
    page.write_text(text)

    with pytest.raises(ValueError, match=f"needs the lines {BEGIN} and {END}"):
        update_markdown(page, [], 2, 5)

    assert text == page.read_text()


def _answers(name: str) -> dict[str, tuple[str, Any]]:
    """Return the status and the JSON value that a variant answers, by scenario."""
    with worker(name) as each:
        answers = {scenario.name: each.answer(scenario) for scenario in (POST, GET, QUERY)}
    return {scenario: (status, json.loads(body)) for scenario, (status, body) in answers.items()}


@pytest.fixture(scope="module")
def expected() -> dict[str, tuple[str, Any]]:
    """Return what Flask alone answers, by scenario."""
    return _answers(REFERENCE)


@pytest.mark.parametrize("name", OWN)
def test_variants_answer_as_bare_flask_does(name: str, expected: dict[str, tuple[str, Any]]) -> None:
    """Every variant answers with the status and the body of Flask alone."""
    assert _answers(name) == expected


def test_bare_flask_answers_the_order(expected: dict[str, tuple[str, Any]]) -> None:
    """The answer that all are compared with is the order, so no variant is measured on errors."""
    status, body = expected["post"]

    assert status == "200 OK"
    assert body == {"id": 17, **ORDER}


@pytest.mark.parametrize("name", ["everything", "hand-wired", PROBE_REFERENCE])
def test_probes_answer_alike(name: str) -> None:
    """The probes of all that are compared say the same."""
    with worker(name) as each:
        answers = [each.answer(scenario) for scenario in (LIVE, READY)]

    assert [(status, json.loads(body)) for status, body in answers] == [("200 OK", {"status": "pass"})] * 2
