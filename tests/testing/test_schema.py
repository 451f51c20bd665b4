"""An app's empty database gets its tables by what the app has for that."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask, current_app
from sqlalchemy import Column, Integer, MetaData, Table, inspect, text

from flask_baseline import Baseline
from flask_baseline.errors import BaselineError
from flask_baseline.testing.databases.schema import databases_of, make_tables

words = MetaData()
Table("word", words, Column("id", Integer, primary_key=True))


def app_in(folder: Path, **settings: object) -> Flask:
    """Return an app with databases in *folder*."""
    app = Flask("shop")
    app.config.update(
        BASELINE_DATABASE_URL=f"sqlite:///{folder / 'shop.db'}",
        BASELINE_DATABASE_REPLICA_URL=f"sqlite:///{folder / 'replica.db'}",
        BASELINE_DATABASE_OTHERS={"reports": f"sqlite:///{folder / 'reports.db'}"},
        BASELINE_DATABASE_MIGRATIONS=str(folder / "migrations"),
        BASELINE_DATABASE_METADATA=f"{__name__}:words",
    )
    app.config.update({f"BASELINE_DATABASE_{key}": value for key, value in settings.items()})
    Baseline(app)
    return app


def tables(app: Flask) -> dict[str, list[str]]:
    """Return the tables of each database, and let it go."""
    found: dict[str, list[str]] = {}
    for name, engine in databases_of(app).engines.items():
        found[name] = inspect(engine).get_table_names()
        engine.dispose()
    return found


def test_models(tmp_path: Path) -> None:
    """Without migrations the tables of the models are made, and none where they are not known or a copy's."""
    app = app_in(tmp_path)
    make_tables(app)
    assert tables(app) == {"default": ["word"], "replica": [], "reports": []}


def test_no_models(tmp_path: Path) -> None:
    """Models that cannot be found are an error that names the key."""
    app = app_in(tmp_path, METADATA=f"{__name__}:nowhere")
    with pytest.raises(BaselineError, match="BASELINE_DATABASE_METADATA"):
        make_tables(app)


def test_a_migration_that_fails(tmp_path: Path) -> None:
    """A migration that fails is an error with what it has said."""
    app = app_in(tmp_path)
    runner = app.test_cli_runner()
    from flask_baseline.cli import baseline

    for command in (["init"], ["revision", "--empty", "-m", "First"]):
        done = runner.invoke(baseline, ["db", *command])
        assert done.exit_code == 0, done.output
    (revision,) = (tmp_path / "migrations" / "versions").glob("*.py")
    revision.write_text(revision.read_text().replace("pass", "op.execute('SELECT * FROM nowhere')"))
    with pytest.raises(BaselineError, match=r"The migrations of the app 'shop' fail:[\s\S]*nowhere"):
        make_tables(app)
    tables(app)


def test_flask_migrate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that has Flask-Migrate is migrated by that."""
    stand_in = ModuleType("flask_migrate")

    def upgrade() -> None:
        with databases_of(current_app).engine().begin() as connection:  # type: ignore[arg-type]
            connection.execute(text("CREATE TABLE migrated (id int)"))

    stand_in.upgrade = upgrade  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "flask_migrate", stand_in)
    app = app_in(tmp_path)
    app.extensions["migrate"] = object()
    make_tables(app)
    assert tables(app)["default"] == ["migrated"]
