"""Every feature has the same shape, and changes nothing but what it says."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from itertools import permutations, zip_longest
from pathlib import Path

import pytest
from flask import Flask
from pydantic import BaseModel, ValidationError

from flask_baseline import Baseline
from flask_baseline._feature import FeatureSettings, FeatureSpec
from flask_baseline._features import FEATURES
from flask_baseline.settings.app import AppSettings
from flask_baseline.settings.keys import FILE_SUFFIX, PREFIX, keys_of

from .surface import changes, surface

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "flask_baseline"
KEYS = keys_of({"": AppSettings, **{spec.name: spec.settings for spec in FEATURES}})

NEEDED = {
    "database": {"BASELINE_DATABASE_URL": "sqlite:///shop.db"},
    "ratelimit": {"BASELINE_RATELIMIT_STORE": "memory"},
    "jwt": {
        "BASELINE_JWT_KEYS": "3c4a1f0e9b7d8a6c5e2f1b0d4a7c9e8f",
        "BASELINE_JWT_ISSUER": "https://shop.example.com",
        "BASELINE_JWT_AUDIENCE": "shop",
        "BASELINE_JWT_STORE": "redis://127.0.0.1:1/0",
    },
}
"""What a feature must be told before it can be on in production."""

each_feature = pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)


@each_feature
def test_it_touches_what_it_declares(feature: FeatureSpec) -> None:
    """A feature changes exactly the parts of the app and of the process that it declares."""
    feature.load()
    app = Flask("shop")
    app.config.update({f"BASELINE_{feature.name.upper()}_ENABLED": True, **NEEDED.get(feature.name, {})})
    before = surface(app)

    Baseline(app, features=[feature])

    assert changes(before, surface(app)) == feature.touches


def test_a_surface_that_changes_is_seen() -> None:
    """What compares the parts of an app sees a change in each kind of them."""
    app = Flask("shop")
    before = surface(app)
    app.before_request(lambda: None)
    app.errorhandler(404)(lambda error: error)
    app.add_url_rule("/", "index", lambda: "")
    app.config["KEY"] = "value"
    app.cli.command("greet")(lambda: None)
    app.context_processor(dict)
    app.template_filter("shout")(str.upper)
    app.extensions["other"] = object()
    parts = {"hooks", "error_handlers", "url_rules", "config", "cli", "templates", "attributes", "extensions"}
    assert changes(before, surface(app)) == parts


def test_all_off() -> None:
    """With every feature off nothing is touched, and the server calls Flask itself."""
    app = Flask("shop")
    app.config.update({f"BASELINE_{spec.name.upper()}_ENABLED": False for spec in FEATURES})
    before = surface(app)

    Baseline(app)

    assert changes(before, surface(app)) == set()
    assert app.wsgi_app == Flask.wsgi_app.__get__(app)


def _imported(*off: FeatureSpec) -> set[str]:
    """Return the modules of a fresh process that has an app with the features in *off* turned off."""
    enabled: dict[str, object] = {
        f"BASELINE_{spec.name.upper()}_ENABLED": spec not in off for spec in FEATURES
    }
    for needed in NEEDED.values():
        enabled.update(needed)
    code = (
        "import sys\n"
        "from flask import Flask\n"
        "from flask_baseline import Baseline\n"
        "app = Flask('shop')\n"
        f"app.config.update({enabled})\n"
        "Baseline(app)\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return {*done.stdout.split()}


def test_all_off_imports_no_feature() -> None:
    """With every feature off neither a feature nor a library that it wraps is imported."""
    imported = _imported(*FEATURES)
    unwanted = {*(spec.module for spec in FEATURES), "structlog", "flask_baseline._process"}
    assert imported & unwanted == set()


@each_feature
def test_off_alone(feature: FeatureSpec) -> None:
    """A feature that is off is not imported, and the others are."""
    imported = _imported(feature)
    assert {spec.module for spec in FEATURES} - imported == {feature.module}


@each_feature
def test_one_name_everywhere(feature: FeatureSpec) -> None:
    """A feature has its name in its keys, its folder, its module, its tests and its reference page."""
    name = feature.name
    tests = ROOT / "tests"
    assert feature.module == f"flask_baseline.{name}.feature"
    assert feature.settings.__module__ == f"flask_baseline.{name}.settings"
    assert f"{PREFIX}{name.upper()}_ENABLED" in KEYS
    assert (PACKAGE / name / "__init__.py").is_file()
    assert (ROOT / "docs" / "reference" / f"{name}.md").is_file()
    assert (tests / name).is_dir() or (tests / f"test_{name}.py").is_file()


@each_feature
def test_every_option_is_in_the_reference(feature: FeatureSpec) -> None:
    """The reference page of a feature names each of its keys."""
    page = (ROOT / "docs" / "reference" / f"{feature.name}.md").read_text(encoding="utf-8")
    assert [key for key in KEYS if KEYS[key].group == feature.name and key not in page] == []


def test_no_name_can_be_read_in_two_ways() -> None:
    """No feature's keys could be those of another, and no key that of another's file."""
    names = [spec.name for spec in FEATURES]
    assert len({*names}) == len(names)
    assert [pair for pair in permutations(names, 2) if pair[1].startswith(f"{pair[0]}_")] == []
    assert [key for key in KEYS if f"{key}{FILE_SUFFIX}" in KEYS] == []


MODELS = pytest.mark.parametrize("model", [AppSettings, *(spec.settings for spec in FEATURES)])


@pytest.mark.parametrize("model", [AppSettings, FeatureSettings, *(spec.settings for spec in FEATURES)])
def test_every_setting_is_explained(model: type[BaseModel]) -> None:
    """Each field of the settings has a docstring below it."""
    (definition,) = ast.parse(inspect.getsource(model)).body
    assert isinstance(definition, ast.ClassDef)
    unexplained = [
        ast.unparse(field.target)
        for field, following in zip_longest(definition.body, definition.body[1:])
        if isinstance(field, ast.AnnAssign)
        and ast.unparse(field.target) != "relaxed"
        and not (isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant))
    ]
    assert unexplained == []


@MODELS
def test_settings_are_closed(model: type[AppSettings]) -> None:
    """Settings cannot change after start-up, and take no name that they do not know."""
    settings = model()
    with pytest.raises(ValidationError, match="frozen"):
        setattr(settings, next(iter(model.model_fields)), None)
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model(no_such_option=1)
