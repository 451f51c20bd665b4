"""The pages that a user reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def python_of(page: Path) -> str:
    """Return the Python blocks of *page*, each on the lines that it has there."""
    kept: list[str] = []
    is_python = False
    for line in page.read_text(encoding="utf-8").splitlines():
        is_fence = line.startswith("```")
        kept.append(line if is_python and not is_fence else "")
        if is_fence:
            is_python = line == "```python"
    return "\n".join(kept)


def prose_of(page: Path) -> str:
    """Return *page* without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def rows_of(page: Path) -> list[list[str]]:
    """Return the cells of every row of every table of *page*."""
    lines = prose_of(page).splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("|")]
