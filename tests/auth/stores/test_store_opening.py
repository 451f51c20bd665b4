"""Which store a setting names."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import make_url

from flask_baseline.auth.stores.databases import Database, database_of
from flask_baseline.auth.stores.opening import open_store
from flask_baseline.errors import MissingExtraError
from flask_baseline.settings.rules import SettingError


@pytest.mark.parametrize(
    "url",
    ["sqlalchemy", "sqlite:///{path}", "sqlite+pysqlite:///{path}"],
)
def test_a_database(url: str, tmp_path: Path) -> None:
    """The store is in the app's own database, or in that of a URL."""
    database = f"sqlite:///{tmp_path / 'tokens.db'}"
    where = SecretStr(url.format(path=tmp_path / "tokens.db"))
    open_store(where, "shop", Database("KEY", SecretStr(database))).open_session("s", "ann", 2e9)
    assert not open_store(SecretStr(database), "shop").revoked("t", "s", "ann", 0)


def test_redis(valkey_url: str) -> None:
    """The store is in Redis; what its URL says of how answers are read makes no difference."""
    store = open_store(SecretStr(f"{valkey_url}?decode_responses=true&socket_timeout=5"), "test_redis")
    store.open_session("s", "ann", 2e9)
    assert not store.revoked("t", "s", "ann", 0)
    assert store.rotate("s", "ann", 0, 10).value == "advanced"


def test_memory() -> None:
    """Each opening of the memory is a store of its own."""
    open_store(SecretStr("memory"), "shop").open_session("s", "ann", 2e9)
    assert open_store(SecretStr("memory"), "shop").revoked("t", "s", "ann", 0)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlalchemy", "the app has no database"),
        ("redis://127.0.0.1:planted/0", "is no URL of Redis"),
        ("redis://127.0.0.1/0?planted=1", "is no URL of Redis"),
        ("planted", "is no URL of SQLAlchemy"),
        ("planted://u:planted@host/db", "is no URL of SQLAlchemy"),
        ("postgresql://u:p@host:planted/db", "is no URL of SQLAlchemy"),
        ("postgresql://u:p@host/db?planted=1", "has an option that PostgreSQL does not know"),
        ("sqlite://", "is a SQLite database in memory"),
        ("sqlite:///:memory:", "is a SQLite database in memory"),
        ("sqlite+aiosqlite:///planted.db", "has an asynchronous driver"),
    ],
)
def test_what_is_no_store(url: str, message: str) -> None:
    """What is none of a store is refused without being repeated."""
    with pytest.raises(ValueError, match=message) as info:
        open_store(SecretStr(url), "shop")
    assert "planted" not in str(info.value)


@pytest.mark.parametrize(
    ("url", "module", "remedy"),
    [
        ("redis://127.0.0.1/0", "redis", r'pip install "flask-baseline\[redis\]"'),
        ("sqlite:///tokens.db", "sqlalchemy", r'pip install "flask-baseline\[db\]"'),
        ("postgres://127.0.0.1/db", "psycopg", r'pip install "flask-baseline\[postgres\]"'),
        ("mysql://127.0.0.1/db", "pymysql", "the driver pymysql, which is not installed"),
    ],
)
def test_a_missing_package(url: str, module: str, remedy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a library is not installed the error names what to install: an extra only if that brings it."""
    for name in [*sys.modules]:
        if name.split(".")[0] == module or name.startswith("flask_baseline.auth.stores."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=remedy):
        open_store(SecretStr(url), "shop")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, None),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite:///shop.db"}, "sqlite:////instance/shop.db"),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite:///shop.db?timeout=9"}, "sqlite:////instance/shop.db?timeout=9"),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite+pysqlite:////srv/shop.db"}, "sqlite+pysqlite:////srv/shop.db"),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite:///file:shop.db?uri=true"}, "sqlite:///file:shop.db?uri=true"),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite://"}, "sqlite://"),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite:///:memory:"}, "sqlite:///:memory:"),
        ({"SQLALCHEMY_DATABASE_URI": make_url("postgresql://u:p@host/shop")}, "postgresql://u:p@host/shop"),
        ({"SQLALCHEMY_ENGINES": {"default": "sqlite:///shop.db"}}, "sqlite:////instance/shop.db"),
        (
            {"SQLALCHEMY_ENGINES": {"default": {"url": "postgresql://u:p@host/shop"}}},
            "postgresql://u:p@host/shop",
        ),
        ({"SQLALCHEMY_ENGINES": {"other": "sqlite:///other.db"}}, None),
    ],
)
def test_the_database_of_an_app(config: dict[str, object], expected: str | None) -> None:
    """The app's database is what the keys of Flask-SQLAlchemy or Flask-SQLAlchemy-Lite name."""
    app = Flask("shop", instance_path="/instance")
    app.config.update(config)
    found = database_of(app, lambda _key: None)
    assert (found and found.url.get_secret_value()) == expected


def test_our_key_is_stronger() -> None:
    """What our key names is the app's database, and is taken as it is."""
    app = Flask("shop")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///theirs.db"
    ours = SecretStr("sqlite:///ours.db")
    found = database_of(app, {"BASELINE_DATABASE_URL": ours}.get)
    assert found == ("BASELINE_DATABASE_URL", ours)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("planted", "is sqlalchemy, and BASELINE_DATABASE_URL is no URL of SQLAlchemy"),
        ("sqlite://", "is sqlalchemy, and BASELINE_DATABASE_URL is a SQLite database in memory"),
    ],
)
def test_a_database_that_is_none(url: str, message: str) -> None:
    """Where the app's database cannot be the store, the key that names it is named."""
    database = Database("BASELINE_DATABASE_URL", SecretStr(url))
    with pytest.raises(ValueError, match=message) as info:
        open_store(SecretStr("sqlalchemy"), "shop", database)
    assert "planted" not in str(info.value)


def test_the_fix_without_a_database() -> None:
    """Where the app has no database, what to do is to name one."""
    with pytest.raises(SettingError) as info:
        open_store(SecretStr("sqlalchemy"), "shop")
    assert info.value.fix.startswith("set BASELINE_DATABASE_URL, or")


def test_a_missing_driver_of_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the driver of the app's database is not installed, the key that names that is named."""
    monkeypatch.setitem(sys.modules, "pymysql", None)
    database = Database("BASELINE_DATABASE_URL", SecretStr("mysql://127.0.0.1/db"))
    with pytest.raises(MissingExtraError, match="BASELINE_DATABASE_URL asks for the driver pymysql"):
        open_store(SecretStr("sqlalchemy"), "shop", database)
