"""The type checkers see every feature."""

from __future__ import annotations

from flask_baseline._features import FEATURES

from .features import MODULES


def test_all_are_checked() -> None:
    """No feature is missing from the module that the type checkers verify."""
    assert tuple(spec.load() for spec in FEATURES) == MODULES
