"""Apps that have the ratelimit feature, and the stores that they count in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from flask import Flask

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from tests.services import valkey

Make = Callable[..., Flask]


def make_app(*features: str, store: str = "memory", service: str | None = None, **options: object) -> Flask:
    """Return an app with ratelimit and other *features*; *options* are settings of ratelimit.

    By default each is a service of its own, with counts of its own.
    """
    app = Flask("shop")
    app.config["BASELINE_PROFILE"] = "prod"
    app.config["BASELINE_SERVICE_NAME"] = service or uuid4().hex
    app.config["BASELINE_RATELIMIT_ENABLED"] = True
    app.config["BASELINE_RATELIMIT_STORE"] = store
    app.config.update({f"BASELINE_RATELIMIT_{name.upper()}": value for name, value in options.items()})
    Baseline(app, features=[spec for spec in FEATURES if spec.name in ("ratelimit", *features)])
    app.add_url_rule("/", "index", lambda: "index")
    app.add_url_rule("/other", "other", lambda: "other")
    return app


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a Valkey that runs for all tests."""
    with valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture(params=["memory", "valkey"])
def store(request: pytest.FixtureRequest) -> str:
    """Return each store, as the setting has it."""
    url: str = request.getfixturevalue("valkey_url") if request.param == "valkey" else "memory"
    return url


def statuses(
    app: Flask, path: str = "/", count: int = 3, method: str = "GET", **request: object
) -> list[int]:
    """Return the statuses of *count* equal requests."""
    client = app.test_client()
    return [client.open(path, method=method, **request).status_code for _ in range(count)]  # type: ignore[arg-type]
