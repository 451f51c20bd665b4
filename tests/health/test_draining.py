"""A process that drains is not ready and serves on."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from flask_baseline import Baseline, ConfigError
from flask_baseline.deploy import drain

from .conftest import HEALTH, MakeBaseline


def test_drain(make: MakeBaseline) -> None:
    """From Baseline.drain() on, readiness fails at once, while liveness and the app answer as before."""
    _, app = make(cache_seconds=60)
    app.add_url_rule("/", view_func=lambda: "still here")
    client = app.test_client()
    assert client.get("/readyz").status_code == 200
    Baseline.drain()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json == {"status": "fail"}
    assert client.get("/livez").status_code == 200
    assert client.get("/").text == "still here"


def test_no_check_is_run_while_draining(make: MakeBaseline) -> None:
    """The answer is known without the checks, and excluding them does not change it."""
    baseline, app = make(details="always", cache_seconds=0)
    runs = []
    baseline.readiness_check("payments")(lambda: runs.append(1))
    drain.start()
    client = app.test_client()
    assert client.get("/readyz?exclude=payments").status_code == 503
    response = client.get("/readyz?verbose")
    assert response.status_code == 503
    assert response.json == {"status": "fail", "output": "draining", "checks": {}}
    assert runs == []


def test_drain_file(make: MakeBaseline, tmp_path: Path) -> None:
    """The process drains for as long as the file exists."""
    file = tmp_path / "drain"
    _, app = make(drain_file=str(file))
    client = app.test_client()
    statuses = [client.get("/readyz").status_code]
    file.touch()
    statuses += [client.get("/readyz").status_code, client.get("/livez").status_code]
    file.unlink()
    statuses += [client.get("/readyz").status_code]
    assert statuses == [200, 503, 200, 200]


@pytest.mark.parametrize("order", [(3.0, 7.5), (7.5, 3.0)], ids=str)
def test_two_apps_drain_for_the_longer(make: MakeBaseline, order: tuple[float, ...]) -> None:
    """Neither of two apps in one server is cut short."""
    assert drain.seconds() == 0
    for seconds in order:
        make(drain_seconds=seconds)
    assert drain.seconds() == 7.5


@pytest.mark.parametrize(("profile", "seconds"), [("prod", 5.0), ("dev", 0.0), ("test", 0.0)])
def test_default_by_profile(profile: str, seconds: float) -> None:
    """A developer's server stops at once; one in production drains."""
    app = Flask("shop")
    app.config["BASELINE_PROFILE"] = profile
    Baseline(app, features=HEALTH)
    assert drain.seconds() == seconds


def test_an_app_that_fails_to_start_sets_nothing(make: MakeBaseline) -> None:
    """The server's drain is the one of the apps that run in it."""
    with pytest.raises(ConfigError):
        make(drain_seconds=9, details="token")
    assert drain.seconds() == 0
