"""When the feature is on, and what is refused at start."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import make_url

from flask_baseline import Baseline, ConfigError
from flask_baseline._features import FEATURES
from flask_baseline._runtime import runtime_of
from flask_baseline.errors import MissingExtraError

DATABASE = [spec for spec in FEATURES if spec.name == "database"]


def init(**config: object) -> Flask:
    """Return an app with the database feature alone."""
    app = Flask("shop")
    app.config.update(config)
    Baseline(app, features=DATABASE)
    return app


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, []),
        ({"BASELINE_DATABASE_ENABLED": False, "BASELINE_DATABASE_URL": "nonsense"}, []),
        ({"BASELINE_DATABASE_URL": "sqlite:///a.db"}, ["default"]),
        ({"BASELINE_DATABASE_REPLICA_URL": "sqlite:///a.db"}, ["replica"]),
        ({"BASELINE_DATABASE_OTHERS": {"reports": "sqlite:///a.db"}}, ["reports"]),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite:///a.db"}, ["default"]),
        ({"SQLALCHEMY_DATABASE_URI": make_url("sqlite:///a.db")}, ["default"]),
        (
            {"SQLALCHEMY_DATABASE_URI": "sqlite:///a.db", "BASELINE_DATABASE_URL": "sqlite:///a.db"},
            ["default"],
        ),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite:///a.db", "BASELINE_DATABASE_ENABLED": False}, []),
    ],
    ids=["bare", "off", "URL", "replica", "others", "Flask's", "Flask's object", "both", "Flask's off"],
)
def test_the_databases(config: dict[str, object], expected: list[str]) -> None:
    """An app has the databases whose URLs are set, and the feature is on where there is one."""
    databases = runtime_of(init(**config), "database")
    assert [*(databases.engines if databases else ())] == expected


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgres://h/db", "postgresql+psycopg"),
        ("postgresql://h/db", "postgresql+psycopg"),
        ("mysql://h/db", "mysql+pymysql"),
        ("mariadb://h/db", "mariadb+pymysql"),
    ],
)
def test_the_driver(url: str, driver: str) -> None:
    """A URL without a driver has the one that its extra brings."""
    engine = runtime_of(init(BASELINE_DATABASE_URL=url), "database").engine()
    assert engine.url.drivername == driver


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no database": ({"ENABLED": True}, "BASELINE_DATABASE_URL .* is not set"),
    "no URL": ({"URL": "planted"}, "BASELINE_DATABASE_URL .* is no URL of SQLAlchemy"),
    "no dialect": ({"URL": "planted://u:planted@h/db"}, "BASELINE_DATABASE_URL .* is no URL of SQLAlchemy"),
    "port": ({"URL": "postgresql://u:x@h:planted/db"}, "BASELINE_DATABASE_URL .* is no URL of SQLAlchemy"),
    "asynchronous": ({"URL": "sqlite+aiosqlite:///planted"}, "BASELINE_DATABASE_URL .* asynchronous driver"),
    "option": ({"URL": "postgresql://h/db?planted=1"}, "URL .* an option that PostgreSQL does not know"),
    "option's value": ({"URL": "sqlite:///a?timeout=planted"}, "URL .* is no URL of SQLAlchemy"),
    "memory": (
        {"URL": "sqlite://"},
        r"BASELINE_DATABASE_URL \(profile prod\): is a SQLite database in memory",
    ),
    "shared memory": (
        {"URL": "sqlite:///file:planted?mode=memory&cache=shared&uri=true"},
        "is a SQLite database in memory",
    ),
    "replica": ({"REPLICA_URL": "planted"}, "BASELINE_DATABASE_REPLICA_URL .* is no URL"),
    "others": ({"OTHERS": {"reports": "planted"}}, "BASELINE_DATABASE_OTHERS .* is no URL"),
    "name": ({"OTHERS": {"Planted!": "sqlite:///a"}}, "BASELINE_DATABASE_OTHERS .* a name that is none"),
    "taken": ({"OTHERS": {"replica": "sqlite:///a"}}, "BASELINE_DATABASE_OTHERS .* a name that is taken"),
    "pool": ({"URL": "sqlite:///a", "POOL_SIZE": 0}, "BASELINE_DATABASE_POOL_SIZE .* at least 1"),
    "time-out": (
        {"URL": "sqlite:///a", "CONNECT_TIMEOUT": 0},
        "BASELINE_DATABASE_CONNECT_TIMEOUT .* above 0",
    ),
    "metadata": ({"URL": "sqlite:///a", "METADATA": "shop"}, "BASELINE_DATABASE_METADATA .* the wrong form"),
}


@pytest.mark.parametrize(("options", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(options: dict[str, Any], message: str) -> None:
    """What cannot be right is refused at start: the error names the key, and never what it is set to."""
    with pytest.raises(ConfigError, match=message) as info:
        init(**{f"BASELINE_DATABASE_{name}": value for name, value in options.items()})
    assert "planted" not in str(info.value)


THEIRS: dict[str, tuple[dict[str, Any], str]] = {
    "URI": ({"SQLALCHEMY_DATABASE_URI": "sqlite:///planted"}, "SQLALCHEMY_DATABASE_URI"),
    "no URI": ({"SQLALCHEMY_DATABASE_URI": "planted"}, "SQLALCHEMY_DATABASE_URI"),
    "engine": ({"SQLALCHEMY_ENGINES": {"default": "sqlite:///planted"}}, "SQLALCHEMY_ENGINES"),
    "engine's options": (
        {"SQLALCHEMY_ENGINES": {"default": {"url": "sqlite:///planted"}}},
        "SQLALCHEMY_ENGINES",
    ),
}


@pytest.mark.parametrize(("config", "key"), THEIRS.values(), ids=THEIRS)
def test_two_that_differ(config: dict[str, Any], key: str) -> None:
    """A key of Flask-SQLAlchemy's must not name another database than ours."""
    with pytest.raises(ConfigError, match=f"BASELINE_DATABASE_URL .*: contradicts {key}") as info:
        init(BASELINE_DATABASE_URL="sqlite:///a.db", **config)
    assert "planted" not in str(info.value)


def test_a_wrong_url_of_flask() -> None:
    """A wrong URL under the key of Flask-SQLAlchemy is an error of that key."""
    with pytest.raises(ConfigError, match=r"SQLALCHEMY_DATABASE_URI \(app.config\): is no URL") as info:
        init(SQLALCHEMY_DATABASE_URI="planted")
    assert "planted" not in str(info.value)


def test_all_at_once() -> None:
    """All URLs that are wrong are told in one error."""
    with pytest.raises(ConfigError) as info:
        init(
            BASELINE_DATABASE_URL="sqlite://", BASELINE_DATABASE_OTHERS={"a": "sqlite://", "b": "sqlite:///b"}
        )
    keys = [problem.key for problem in info.value.problems]
    assert keys == ["BASELINE_DATABASE_URL", "BASELINE_DATABASE_OTHERS"]


@pytest.mark.parametrize(
    ("url", "module", "remedy"),
    [
        ("sqlite:///a", "sqlalchemy", r'pip install "flask-baseline\[db\]"'),
        ("postgresql://u:planted@h/db", "psycopg", r'pip install "flask-baseline\[postgres\]"'),
        ("mysql://u:planted@h/db", "pymysql", "the driver pymysql, which is not installed"),
    ],
)
def test_a_missing_package(url: str, module: str, remedy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that is not installed is named with what to install, and no frame has the password."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=f"BASELINE_DATABASE_URL.*{remedy}") as info:
        init(BASELINE_DATABASE_URL=url)
    frames = [entry.frame.f_locals for entry in info.traceback if "flask_baseline" in str(entry.path)]
    # The config that it comes from is the app's.
    shown = repr([{k: v for k, v in f.items() if k not in ("app", "environ")} for f in frames])
    assert "planted" not in shown


def test_a_name_that_is_none() -> None:
    """To ask for a database that there is not is an error that names those that there are."""
    databases = runtime_of(init(BASELINE_DATABASE_URL="sqlite:///a"), "database")
    with pytest.raises(KeyError, match="no database 'reports'; there are: default"):
        databases.engine("reports")


def test_an_old_flask_sqlalchemy() -> None:
    """What Flask-SQLAlchemy 2 leaves in an app is no object that could be adopted."""
    app = Flask("shop")
    app.extensions["sqlalchemy"] = object()
    Baseline(app, features=DATABASE)
    assert runtime_of(app, "database") is None
