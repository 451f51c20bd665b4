"""Apps whose log lines a test reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from tests.lines import lines_of

LOGGING = [spec for spec in FEATURES if spec.name == "logging"]

Line = dict[str, Any]
Lines = Callable[[], list[Line]]
MakeApp = Callable[..., Flask]


@pytest.fixture
def make_app() -> MakeApp:
    """Return what makes an app with logging alone; keywords are ``BASELINE_LOGGING_*`` settings."""

    def make_app(name: str = "shop", **options: object) -> Flask:
        app = Flask(name)
        app.config["BASELINE_PROFILE"] = "test"
        app.config.update({f"BASELINE_LOGGING_{key.upper()}": value for key, value in options.items()})
        Baseline(app, features=LOGGING)
        return app

    return make_app


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    """Return what reads the lines written since the last call, each of which must be a JSON object."""

    def lines() -> list[Line]:
        read = lines_of(capsys)
        assert all(isinstance(line, dict) for line in read)
        return read

    return lines
