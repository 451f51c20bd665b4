"""What the reference repeats of the code agrees with it."""

from __future__ import annotations

import re

from flask_baseline import errors
from flask_baseline.logging.redaction import REDACTED_NAMES

from .pages import ROOT

REFERENCE = ROOT / "docs" / "reference"


def _bases(text: str) -> dict[str, str]:
    """Return the classes of a drawn tree, each with the other class that it is."""
    return dict(re.findall(r"(\w+Error) \(([\w.]+)\)", text))


def test_the_error_tree() -> None:
    """The page of errors draws the tree of the code."""
    page = (REFERENCE / "errors.md").read_text(encoding="utf-8")

    assert _bases(page) == _bases(errors.__doc__ or "")


def test_the_redacted_names() -> None:
    """The page of logging lists every name whose value is hidden."""
    page = (REFERENCE / "logging.md").read_text(encoding="utf-8")
    _, _, section = page.partition("## What is redacted")
    listed, _, _ = section.partition("Case does not matter")

    assert tuple(re.findall(r"`([^`]+)`", listed)[1:]) == REDACTED_NAMES
