"""What the reference repeats of the code agrees with it."""

from __future__ import annotations

import re

from flask_baseline import errors
from flask_baseline._redaction import REDACTED_NAMES
from flask_baseline.contract.kinds import KINDS

from .pages import ROOT

REFERENCE = ROOT / "docs" / "reference"


def _bases(text: str) -> dict[str, str]:
    """Return the classes of a drawn tree, each with the other class that it is."""
    return dict(re.findall(r"(\w+Error) \(([\w.]+)\)", text))


def test_the_error_tree() -> None:
    """The page of errors draws the tree of the code."""
    page = (REFERENCE / "errors.md").read_text(encoding="utf-8")

    assert _bases(page) == _bases(errors.__doc__ or "")


def test_the_kinds_of_change() -> None:
    """The page of the contract has every kind of change, below its level."""
    page = (REFERENCE / "contract.md").read_text(encoding="utf-8")
    titles = {"breaking": "Breaking", "compatible": "Compatible", "info": "For information"}

    for level, title in titles.items():
        _, _, section = page.partition(f"### {title}\n")
        rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", section.partition("###")[0], re.MULTILINE)
        assert rows == sorted((name, kind.text) for name, kind in KINDS.items() if kind.level == level)


def test_the_redacted_names() -> None:
    """The page of logging lists every name whose value is hidden."""
    page = (REFERENCE / "logging.md").read_text(encoding="utf-8")
    _, _, section = page.partition("## What is redacted")
    listed, _, _ = section.partition("Case does not matter")

    assert tuple(re.findall(r"`([^`]+)`", listed)[1:]) == REDACTED_NAMES
