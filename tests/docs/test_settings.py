"""The tables of settings in the pages agree with the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flask_baseline._feature import FeatureSettings
from flask_baseline._features import FEATURES
from flask_baseline.settings.app import AppSettings
from flask_baseline.settings.keys import FILE_SUFFIX, Key, keys_of

from .pages import ROOT, each_page, rows_of

MODELS: dict[str, type[FeatureSettings]] = {spec.name: spec.settings for spec in FEATURES}
KEYS = keys_of({"": AppSettings, **MODELS})

# These follow from the app or the machine, and the pages say how.
COMPUTED = {"BASELINE_PROFILE", "BASELINE_SERVICE_NAME", "BASELINE_SECRETS_DIR"}


def _reference(key: Key) -> Path:
    return ROOT / "docs" / "reference" / f"{key.group or 'settings'}.md"


def _shown(value: object) -> str:
    """Return a default as the tables have it."""
    if value is None or value in ((), {}):
        return "none"
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _expected(key: Key) -> str:
    """Return the default of production, then what the profiles relax it to."""
    relaxed: dict[str, list[str]] = {}
    if key.group:
        for profile, options in MODELS[key.group].relaxed.items():
            if key.option in options:
                relaxed.setdefault(_shown(options[key.option]), []).append(profile)
    parts = [f"{value} in {' and '.join(profiles)}" for value, profiles in relaxed.items()]
    return "; ".join([_shown(key.field.get_default(call_default_factory=True)), *parts])


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_key_is_documented(key: Key) -> None:
    """Every key has one row, with its default and a meaning, in its reference page."""
    page = _reference(key)

    found = [row for row in rows_of(page) if row[0] == f"`{key.name}`"]

    assert len(found) == 1, f"{page.name} has {len(found)} rows for {key.name}"
    _, default, meaning = found[0]
    assert meaning
    assert default if key.name in COMPUTED else default == _expected(key)


def test_features_are_in_the_readme() -> None:
    """The README has one row for every feature, in their order, with its page and whether it is on."""
    listed = [row for row in rows_of(ROOT / "README.md") if "](docs/reference/" in row[0]]

    assert [row[:2] for row in listed] == [
        [f"[`{name}`](docs/reference/{name}.md)", _expected(KEYS[f"BASELINE_{name.upper()}_ENABLED"])]
        for name in MODELS
    ]


@each_page
def test_keys_exist(page: Path) -> None:
    """No page names a key that does not exist, but to show the error that it is."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if "is not a setting" not in line]
    # Not a prefix such as BASELINE_HEALTH_*.
    named = set(re.findall(r"\bBASELINE_[A-Z_]*[A-Z]\b", "\n".join(lines)))

    assert {name for name in named - KEYS.keys() if name.removesuffix(FILE_SUFFIX) not in KEYS} == set()
