"""Several databases, the app's own Flask-SQLAlchemy, and Alembic's own command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import inspect

from flask_baseline import Baseline

from .migrating import Project, metadata, open_project


@pytest.fixture
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    """Return a project on SQLite."""
    with open_project("sqlite", request, tmp_path, monkeypatch) as project:
        yield project


@pytest.fixture
def two(project: Project) -> tuple[Project, Flask]:
    """Return a project with a second database, of which each has a migration, and its app."""
    project.models.metadata = {"default": metadata("users"), "reports": metadata("sums")}
    app = project.app(BASELINE_DATABASE_OTHERS={"reports": f"sqlite:///{project.folder / 'reports.db'}"})
    for name in ("default", "reports"):
        project.done("init", "--database", name, app=app)
        project.done("revision", "-m", name, "--database", name, app=app)
    return project, app


def _tables(project: Project, app: Flask, name: str) -> set[str]:
    with app.app_context():
        engine = app.extensions["baseline"].wirings["database"].runtime.engine(name)
        return {*inspect(engine).get_table_names()}


def test_each_database_has_its_own_folder_and_tables(two: tuple[Project, Flask]) -> None:
    """Without a name an upgrade is of all, and each says which it is about."""
    project, app = two

    told = project.done("upgrade", app=app).stderr.splitlines()

    assert [line.split(":")[0] for line in told] == ["default", "default", "reports", "reports"]
    assert _tables(project, app, "default") == {"users", "alembic_version"}
    assert _tables(project, app, "reports") == {"sums", "alembic_version_reports"}
    assert project.done("check", app=app).stderr.splitlines() == [
        "default: The models and the migrations agree.",
        "reports: The models and the migrations agree.",
    ]
    lines = project.done("current", app=app).stdout.splitlines()
    assert (lines[0], lines[2]) == ("default:", "reports:")
    assert len(list((project.folder / "migrations" / "reports" / "versions").glob("*_reports.py"))) == 1


def test_one_of_them_can_be_named(two: tuple[Project, Flask]) -> None:
    """With a name a command is about that database alone, and one about a revision needs a name."""
    project, app = two

    project.done("upgrade", "--database", "reports", app=app)

    assert _tables(project, app, "default") == set()
    assert project.run("upgrade", "abc", app=app).exit_code == 2
    assert "Choose one with --database." in project.run("upgrade", "--sql", app=app).stderr


def test_each_has_its_readiness_check(two: tuple[Project, Flask]) -> None:
    """The check of another database has its name."""
    project, _ = two
    others = {"reports": f"sqlite:///{project.folder / 'reports.db'}"}
    app = project.app("health", BASELINE_DATABASE_OTHERS=others, BASELINE_HEALTH_DETAILS="always")
    project.done("upgrade", "--database", "default", app=app)

    checks = app.test_client().get("/readyz?verbose").get_json(force=True)["checks"]

    assert checks["database:migrations"][0]["status"] == "pass"
    assert checks["database:reports:migrations"][0]["status"] == "fail"


def test_the_models_of_another_database_are_not_guessed(project: Project) -> None:
    """One metadata for all databases would be made in each of them."""
    app = project.app(BASELINE_DATABASE_OTHERS={"reports": f"sqlite:///{project.folder / 'reports.db'}"})
    project.done("init", "--database", "reports", app=app)

    failed = project.run("revision", "--database", "reports", app=app)

    assert failed.exit_code == 1
    assert "has no metadata of the database 'reports'. Fix: " in failed.stderr


def test_flask_sqlalchemy_is_migrated(project: Project) -> None:
    """The models and the databases of an app's own Flask-SQLAlchemy are found without a key."""
    app = Flask("shop")
    app.config["SQLALCHEMY_DATABASE_URI"] = project.url
    app.config["SQLALCHEMY_BINDS"] = {"reports": f"sqlite:///{project.folder / 'reports.db'}"}
    db = SQLAlchemy(app)
    db.Table("users", db.Column("id", db.Integer, primary_key=True))
    db.Table("sums", db.Column("id", db.Integer, primary_key=True), bind_key="reports")
    Baseline(app)
    project.apps.append(app)

    for name in ("default", "reports"):
        project.done("init", "--database", name, app=app)
        project.done("revision", "--database", name, app=app)
    project.done("upgrade", app=app)

    assert _tables(project, app, "default") == {"users", "alembic_version"}
    assert _tables(project, app, "reports") == {"sums", "alembic_version_reports"}
    assert project.done("check", app=app).exit_code == 0


SERVICE = """
import os
from flask import Flask
from flask_baseline import Baseline
from flask_baseline.database.models import Base, IntegerId

class User(IntegerId, Base):
    __tablename__ = "users"

app = Flask("shop")
Baseline(app)
"""


def test_alembic_itself_works_too(project: Project) -> None:
    """``alembic`` loads the app as ``flask`` does, and finds its database, its models and its folder."""
    (project.folder / "service.py").write_text(SERVICE, "utf-8")
    (project.folder / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n", "utf-8")
    project.done("init")
    environ = {**os.environ, "BASELINE_DATABASE_URL": project.url, "FLASK_APP": "service"}

    def alembic(*arguments: str) -> None:
        command = [sys.executable, "-m", "alembic", *arguments]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    alembic("revision", "--autogenerate", "-m", "users")
    alembic("upgrade", "head")

    assert project.tables == {"users"}
    assert "alembic_version" in project.ask(lambda engine: inspect(engine).get_table_names())


def test_a_process_that_serves_has_no_alembic(project: Project) -> None:
    """The readiness check reads the files of revisions without Alembic and without running them."""
    project.done("init")
    project.add("a1", "pass").write_text("revision = 'a1'\nraise SystemExit('run')\n", "utf-8")
    program = (
        "import sys; from flask import Flask; from flask_baseline import Baseline; app = Flask('shop'); "
        "Baseline(app); print(app.test_client().get('/readyz').status_code, 'alembic' in sys.modules)"
    )
    environ = {**os.environ, "BASELINE_DATABASE_URL": project.url, "BASELINE_LOGGING_LEVEL": "CRITICAL"}

    done = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    )

    assert done.stdout == "503 False\n"


def test_hooks_of_the_app_are_called_besides_ours(project: Project) -> None:
    """``env.py`` may pass any option of Alembic's ``configure``."""
    project.done("init")
    env = project.folder / "migrations" / "env.py"
    hooks = (
        "run(\n"
        "    on_version_apply=lambda **_: print('applied'),\n"
        "    process_revision_directives=lambda context, revision, directives: directives.clear(),\n"
        "    render_item=lambda kind, item, autogenerate: False,\n"
        ")"
    )
    env.write_text(env.read_text("utf-8").replace("run()", hooks), "utf-8")
    assert project.done("revision").stderr == "Nothing to write: the models and the database agree.\n"
    assert project.done("check").stdout == ""
    project.add("a1", "pass")

    done = project.done("upgrade")

    assert (done.stdout, done.stderr.splitlines()[0]) == ("applied\n", "Applied: a1, make a1")


def test_rows_of_a_data_migration_are_written(project: Project) -> None:
    """A migration runs in a context of the app, in which its configuration can be read."""
    project.done("init")
    project.execute("CREATE TABLE names (name VARCHAR(20))")
    rows = "from flask import current_app; op.execute(f\"INSERT INTO names VALUES ('{current_app.name}')\")"
    project.add("a1", rows)
    project.done("upgrade")
    assert project.execute("SELECT name FROM names") == [("shop",)]
