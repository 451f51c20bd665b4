"""Beside an app's own Flask-SQLAlchemy or -Lite object, whose engines are ours to watch."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import flask_sqlalchemy
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DataError

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline._runtime import runtime_of
from flask_baseline.errors import NotInitializedError

SPECS = [spec for spec in FEATURES if spec.name in ("health", "database")]

Config = dict[str, Any]


def classic(default: str, other: str) -> Config:
    return {"SQLALCHEMY_DATABASE_URI": default, "SQLALCHEMY_BINDS": {"reports": other}}


def lite(default: str, other: str) -> Config:
    return {"SQLALCHEMY_ENGINES": {"default": default, "reports": other}}


EXTENSIONS: dict[str, tuple[type[Any], Callable[[str, str], Config]]] = {
    "Flask-SQLAlchemy": (flask_sqlalchemy.SQLAlchemy, classic),
}
if find_spec("flask.sansio"):
    # It came with Flask 3, which Flask-SQLAlchemy-Lite needs.
    EXTENSIONS["Flask-SQLAlchemy-Lite"] = (import_module("flask_sqlalchemy_lite").SQLAlchemy, lite)

each_extension = pytest.mark.parametrize(("extension", "config"), EXTENSIONS.values(), ids=EXTENSIONS)


def make_app(own: Any, config: Config, *, is_first: bool = True) -> Flask:
    """Return an app with the object *own*, which comes before ours or after it."""
    app = Flask("shop")
    app.config.update(BASELINE_PROFILE="test", **config)
    for init in (own, Baseline(features=SPECS))[:: 1 if is_first else -1]:
        init.init_app(app)
    return app


def checks_of(app: Flask) -> dict[str, str]:
    """Return the checks of ``/readyz`` with their results."""
    found = app.test_client().get("/readyz?verbose").get_json()["checks"]
    return {name: each[0]["status"] for name, each in found.items() if name.startswith("database")}


@pytest.mark.parametrize("is_first", [True, False], ids=["before", "after"])
@each_extension
def test_its_engines_are_the_engines(
    extension: type[Any], config: Callable[[str, str], Config], is_first: bool, tmp_path: Path
) -> None:
    """The object's engines are those of the feature, whichever came first, and each has its check."""
    files = [f"sqlite:///{tmp_path / name}.db" for name in ("shop", "reports")]
    own = extension()
    app = make_app(own, config(*files), is_first=is_first)

    assert checks_of(app) == {"database": "pass", "database:reports": "pass"}
    databases = runtime_of(app, "database")
    with app.app_context():
        assert databases.is_adopted
        assert databases.engine() is own.engine
        assert databases.engine("reports") is own.engines["reports"]


@each_extension
def test_a_database_that_is_away(
    extension: type[Any], config: Callable[[str, str], Config], silent: int, tmp_path: Path
) -> None:
    """A database that does not answer fails its check."""
    away = f"postgresql+psycopg://127.0.0.1:{silent}/db"
    app = make_app(extension(), config(f"sqlite:///{tmp_path / 'shop.db'}", away))
    assert checks_of(app) == {"database": "pass", "database:reports": "fail"}


@each_extension
def test_its_time_outs(extension: type[Any], config: Callable[[str, str], Config], postgres_url: str) -> None:
    """The object's engines have the time-outs of the settings, and hide values in errors."""
    app = make_app(extension(), config(postgres_url, f"{postgres_url}?options=-c%20statement_timeout%3D7s"))
    app_databases = runtime_of(app, "database")
    for name, expected in (("default", "30s"), ("reports", "7s")):
        with app_databases.engine(name).connect() as connection:
            assert connection.execute(text("SHOW statement_timeout")).scalar() == expected
            with pytest.raises(DataError) as info:
                connection.execute(
                    text("SELECT 1 / CAST(:zero AS int), :name"), {"zero": 0, "name": "planted"}
                )
            assert "planted" not in str(info.value)
        app_databases.engine(name).dispose()


def test_databases_of_both(tmp_path: Path) -> None:
    """What the object does not have is made of the settings."""
    own = flask_sqlalchemy.SQLAlchemy()
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    config = {
        "SQLALCHEMY_DATABASE_URI": url,
        "BASELINE_DATABASE_URL": url,
        "BASELINE_DATABASE_REPLICA_URL": url,
    }
    app = make_app(own, config)
    with app.app_context():
        engines = runtime_of(app, "database").engines
        assert engines["default"] is own.engine
        assert engines["replica"] is not own.engine


def test_an_object_that_never_came() -> None:
    """Where the keys of an object are set and none came, the first use says so, and the check fails."""
    app = Flask("shop")
    app.config.update(BASELINE_PROFILE="test", **lite("sqlite:///a.db", "sqlite:///b.db"))
    Baseline(app, features=SPECS)
    with pytest.raises(NotInitializedError, match="call init_app of its SQLAlchemy object"):
        runtime_of(app, "database").engine()
    assert checks_of(app)["database"] == "fail"


def test_a_url_in_code(tmp_path: Path) -> None:
    """An object that was given its URL in code has its check too."""
    own = flask_sqlalchemy.SQLAlchemy(engine_options={"url": f"sqlite:///{tmp_path / 'shop.db'}"})
    assert checks_of(make_app(own, {})) == {"database": "pass"}
