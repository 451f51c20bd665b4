"""One line turns on a gate for the coverage of a project."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flask_baseline.testing.coverage_gate import turn_on

from .inner import run_pytest


@pytest.mark.parametrize(
    ("percent", "options", "status", "said"),
    [
        (60, ("-n", "2"), 0, "Required test coverage of 60.0% reached. Total coverage: 66.67%"),
        (70, ("-n", "2"), 1, "FAIL Required test coverage of 70.0% not reached. Total coverage: 66.67%"),
        (70, ("--no-cov",), 0, "2 passed"),
        (70, ("--cov-fail-under=60",), 0, "Required test coverage of 60% reached"),
    ],
    ids=["met", "unmet", "turned off", "another on the command line"],
)
def test_gate(tmp_path: Path, percent: int, options: tuple[str, ...], status: int, said: str) -> None:
    """A run fails whose tests cover too few of the lines and branches, with workers too."""
    (tmp_path / "shop.py").write_text("def price(of):\n    if of:\n        return 1\n    return 2\n")
    (tmp_path / "test_shop.py").write_text(
        "from shop import price\n\n\n"
        "def test_one(): assert price(1) == 1\n\n\n"
        "def test_again(): assert price(2) == 1\n"
    )
    (tmp_path / "pytest.ini").write_text(
        f"[pytest]\npythonpath = .\nbaseline_coverage = shop {percent}\nfilterwarnings = error\n"
    )
    done = run_pytest(tmp_path, *options)
    assert (done.returncode, said in done.stdout) == (status, True), done.stdout + done.stderr


@pytest.mark.parametrize("line", ["shop", "90", "shop many", "shop 101", "shop nan"])
def test_a_gate_that_cannot_be_read(line: str) -> None:
    """What is no gate is an error that says how one looks."""
    with pytest.raises(pytest.UsageError) as error:
        turn_on(line, _config(), [])
    assert str(error.value) == (
        f'baseline_coverage is {line!r}. Fix: set it to packages and a number, such as "shop 90".'
    )


def test_without_pytest_cov() -> None:
    """A gate without what measures is an error with the remedy."""
    with pytest.raises(
        pytest.UsageError, match=r'baseline_coverage needs pytest-cov.*"flask-baseline\[test\]"'
    ):
        turn_on("shop 90", _config(), [])


def _config() -> Any:
    return SimpleNamespace(known_args_namespace=Namespace())
