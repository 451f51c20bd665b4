"""The Python in the pages runs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .pages import PAGES, ROOT, python_of

# Compiled under the page's own name, so that a traceback points into the page.
RUN = "import sys; exec(compile(sys.stdin.read(), sys.argv[1], 'exec'))"


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if python_of(page).strip()],
    ids=lambda page: page.relative_to(ROOT).as_posix(),
)
def test_runs(page: Path, tmp_path: Path) -> None:
    """The blocks of a page run from top to bottom in one process, with warnings as errors."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BASELINE_")}

    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", RUN, str(page)],
        input=python_of(page),
        cwd=tmp_path,
        env=environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )

    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"
