"""Apps that have the health feature alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from flask_baseline import Baseline
from flask_baseline._features import FEATURES

HEALTH = [spec for spec in FEATURES if spec.name == "health"]

MakeBaseline = Callable[..., tuple[Baseline, Flask]]


@pytest.fixture
def make() -> MakeBaseline:
    """Return what makes an app; keywords are ``BASELINE_HEALTH_*`` settings."""

    def make(**options: object) -> tuple[Baseline, Flask]:
        app = Flask("shop")
        app.config["BASELINE_PROFILE"] = "prod"
        app.config.update({f"BASELINE_HEALTH_{name.upper()}": value for name, value in options.items()})
        baseline = Baseline(app, features=HEALTH)
        return baseline, app

    return make
