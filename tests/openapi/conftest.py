"""Apps that have the openapi feature alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from flask_baseline import Baseline
from flask_baseline._features import FEATURES

OPENAPI = [spec for spec in FEATURES if spec.name == "openapi"]

MakeApp = Callable[..., Flask]


@pytest.fixture
def make() -> MakeApp:
    """Return what makes an app; keywords are ``BASELINE_OPENAPI_*`` settings, or the profile."""

    def make(profile: str = "test", **options: object) -> Flask:
        app = Flask("shop")
        app.config["BASELINE_PROFILE"] = profile
        app.config.update({f"BASELINE_OPENAPI_{name.upper()}": value for name, value in options.items()})
        Baseline(app, features=OPENAPI)
        return app

    return make
