"""What the pools are doing, among the metrics of the app."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import NullPool

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline._runtime import runtime_of
from flask_baseline.testing import captured_metrics
from tests.metrics.fleet import run
from tests.metrics.pages import value, values
from tests.waiting import wait_until

from .shop import make_app

OPEN = "db_client_connection_count"
POOL = {"db_client_connection_pool_name": "default"}


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Return an app with two connections at most, whose page anybody may read."""
    monkeypatch.setenv("BASELINE_METRICS_EXPORTER", "prometheus")
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    return make_app(url, "metrics", pool_size=1, max_overflow=1, pool_timeout=0.2)


def engine_of(app: Flask) -> Any:
    """Return the engine of *app*."""
    return runtime_of(app, "database").engine()


def wait_in_vain(engine: Any) -> None:
    """Ask for one connection more than there are."""
    with suppress(PoolTimeoutError):
        engine.connect()


def test_the_connections(app: Flask) -> None:
    """The page has how many connections are idle, are used, and how many there may be."""
    engine = engine_of(app)
    assert values(app, OPEN) == {"default,idle": 0, "default,used": 0}
    with engine.connect(), engine.connect():
        assert values(app, OPEN) == {"default,idle": 0, "default,used": 2}
    assert values(app, OPEN) == {"default,idle": 1, "default,used": 0}
    assert value(app, "db_client_connection_max", **POOL) == 2
    engine.dispose()
    assert values(app, OPEN) == {"default,idle": 0, "default,used": 0}


def test_who_waits(app: Flask) -> None:
    """A request for a connection is pending while all are used, and is counted with the time that it took."""
    engine = engine_of(app)
    with engine.connect(), engine.connect():
        waiter = threading.Thread(target=wait_in_vain, args=(engine,))
        with captured_metrics(app) as counted:
            waiter.start()
            wait_until(lambda: value(app, "db_client_connection_pending_requests", **POOL) == 1)
            waiter.join()
        assert value(app, "db_client_connection_pending_requests", **POOL) == 0
    assert counted.value("db.client.connection.timeouts", db_client_connection_pool_name="default") == 1
    assert counted.count("db.client.connection.wait_time", db_client_connection_pool_name="default") == 1
    engine.dispose()


def test_who_need_not_wait(app: Flask) -> None:
    """What finds a connection is not counted as waiting, and what makes one is timed."""
    engine = engine_of(app)
    with captured_metrics(app) as counted:
        for _ in range(3):
            engine.connect().close()
        engine.dispose()
        engine.connect().close()
    assert counted.count("db.client.connection.create_time", db_client_connection_pool_name="default") == 2
    with pytest.raises(KeyError):
        counted.count("db.client.connection.wait_time")


def test_each_app_has_its_own(app: Flask, tmp_path: Path) -> None:
    """An app has the connections of its own databases, and not those of another app of the process."""
    other = make_app(f"sqlite:///{tmp_path / 'other.db'}", "metrics")
    with engine_of(app).connect():
        engine_of(other)
        assert values(other, OPEN) == {"default,idle": 0, "default,used": 0}
        assert values(app, OPEN) == {"default,idle": 0, "default,used": 1}


def own_app(url: str, **options: object) -> Flask:
    """Return an app with an object of Flask-SQLAlchemy."""
    app = Flask("shop")
    app.config.update(BASELINE_PROFILE="test", BASELINE_METRICS_EXPORTER="prometheus")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=options)
    SQLAlchemy(app)
    Baseline(app, features=[spec for spec in FEATURES if spec.name in ("metrics", "database")])
    return app


def test_of_the_apps_object(tmp_path: Path) -> None:
    """The engines of the app's own object are on the page too; one without a limit has no highest number."""
    app = own_app(f"sqlite:///{tmp_path / 'shop.db'}", max_overflow=-1)
    with engine_of(app).connect():
        assert values(app, OPEN) == {"default,idle": 0, "default,used": 1}
    assert values(app, "db_client_connection_max") == {}


def test_a_pool_that_keeps_nothing(tmp_path: Path) -> None:
    """A pool that does not count its connections is left out."""
    app = own_app(f"sqlite:///{tmp_path / 'shop.db'}", poolclass=NullPool)
    with engine_of(app).connect():
        assert values(app, OPEN) == {}


def test_of_all_workers(tmp_path: Path) -> None:
    """Whichever worker is asked, it tells the connections of all; what was open before the fork is none."""
    result, _ = run(
        tmp_path,
        """
from flask_baseline._runtime import runtime_of

engine = runtime_of(app, "database").engine()
engine.connect().close()
held = [engine.connect()]
one, two = (Worker(globals()) for _ in range(2))
seen = "values(app, 'db_client_connection_count')"
result = [one.do(seen)]
two.do("held.append(engine.connect())")
one.do("engine.connect().close()")
two.do(seen)
result.append(one.do(seen))
""",
        env={"BASELINE_DATABASE_URL": f"sqlite:///{tmp_path / 'shop.db'}"},
        features=["metrics", "database"],
    )
    assert result == [
        {"default,idle": 0, "default,used": 0},
        {"default,idle": 1, "default,used": 1},
    ]
