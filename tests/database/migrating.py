"""A project with models and migrations, and the commands for it."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from inspect import signature
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, create_engine, inspect, text

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline._runtime import runtime_of
from flask_baseline.cli import baseline
from flask_baseline.database.models import naming_convention

# Since click 8.2 the two streams are apart without asking.
RUNNER = CliRunner(**({"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}))

_numbers = count(1)

REVISION = '''"""{message}"""

import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {follows!r}


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''


def metadata(*tables: str) -> MetaData:
    """Return the declaration of *tables*, each with an id and a name."""
    found = MetaData(naming_convention=naming_convention)
    for name in tables:
        Table(
            name, found, Column("id", Integer, primary_key=True), Column("name", String(20), nullable=False)
        )
    return found


@dataclass
class Project:
    """An app in a folder of its own, which is the current one."""

    folder: Path
    url: str
    models: types.ModuleType
    """What ``BASELINE_DATABASE_METADATA`` names has what the test puts in its ``metadata``."""
    apps: list[Flask] = field(default_factory=list)
    """All that were made."""

    def app(self, *features: str, **config: object) -> Flask:
        """Return an app as a process would make it."""
        app = Flask("shop")
        app.config["BASELINE_DATABASE_URL"] = self.url
        app.config["BASELINE_DATABASE_METADATA"] = f"{self.models.__name__}:metadata"
        app.config.update(config)
        Baseline(app, features=[spec for spec in FEATURES if spec.name in ("database", *features)])
        self.apps.append(app)
        return app

    def run(self, *arguments: str, app: Flask | None = None) -> Result:
        """Run a command."""
        info = ScriptInfo(create_app=lambda: app or self.app())
        return RUNNER.invoke(baseline, ["db", *arguments], obj=info)

    def done(self, *arguments: str, app: Flask | None = None) -> Result:
        """Run a command that must succeed."""
        found = self.run(*arguments, app=app)
        assert found.exit_code == 0, found.stderr or found.exception
        return found

    def add(self, id: str, upgrade: str, downgrade: str = "pass", follows: Any = None) -> Path:
        """Write a revision by hand."""
        path = self.folder / "migrations" / "versions" / f"{id}.py"
        text = REVISION.format(
            id=id, message=f"make {id}", follows=follows, upgrade=upgrade, downgrade=downgrade
        )
        path.write_text(text, "utf-8")
        return path

    def versions(self) -> list[str]:
        """Return the text of each revision."""
        return [path.read_text("utf-8") for path in sorted(self.folder.glob("migrations/versions/*.py"))]

    @property
    def tables(self) -> set[str]:
        """The tables of the database, without Alembic's."""
        return {*self.ask(lambda engine: inspect(engine).get_table_names())} - {"alembic_version"}

    def ask(self, question: Any) -> Any:
        """Ask the database something, from outside of the app."""
        engine = create_engine(self.url)
        try:
            return question(engine)
        finally:
            engine.dispose()

    def execute(self, *statements: str) -> list[Any]:
        """Run SQL, and return the rows of the last statement."""

        def act(engine: Engine) -> list[Any]:
            with engine.begin() as connection:
                results = [connection.execute(text(statement)) for statement in statements]
                return [tuple(row) for row in results[-1]] if results[-1].returns_rows else []

        found: list[Any] = self.ask(act)
        return found

    def close(self) -> None:
        """Close the connections of all apps."""
        for app in self.apps:
            with app.app_context():
                for engine in runtime_of(app, "database").engines.values():
                    engine.dispose()


@contextmanager
def open_project(
    kind: str, request: pytest.FixtureRequest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    """Yield a project in *folder* with a database of its own; its models are those of one table, ``users``.

    Args:
        kind: of the database, "sqlite" or "postgresql".
        request: of a fixture.
        folder: becomes the current one.
        monkeypatch: of the test.
    """
    models = types.ModuleType(f"models_of_test_{next(_numbers)}")
    monkeypatch.setitem(sys.modules, models.__name__, models)
    monkeypatch.chdir(folder)
    models.metadata = metadata("users")  # type: ignore[attr-defined]
    with ExitStack() as ends:
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'shop.db'}"
        else:
            url = ends.enter_context(_new_database(request.getfixturevalue("postgres_url")))
        project = Project(folder, url, models)
        ends.callback(project.close)
        yield project


@contextmanager
def _new_database(url: str) -> Iterator[str]:
    """Make a database beside the one of a PostgreSQL at *url*, and yield its URL."""
    name = f"migrated_{next(_numbers)}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.rpartition("/")[0] + "/" + name
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()
