"""What stands in the way of a migration, and what is said about it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import MetaData, create_engine, text

from flask_baseline import Baseline
from flask_baseline.cli import baseline

from .migrating import RUNNER, Project, metadata, open_project

PASSWORD = "planted-5ecr3t"

FLASK_MIGRATE = """
from alembic import context
from flask import current_app

target_db = current_app.extensions['migrate'].db
"""


@pytest.fixture
def sqlite(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    """Return a project on SQLite."""
    with open_project("sqlite", request, tmp_path, monkeypatch) as project:
        yield project


@pytest.fixture
def postgresql(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    """Return a project on PostgreSQL."""
    with open_project("postgresql", request, tmp_path, monkeypatch) as project:
        project.done("init")
        yield project


def _error(project: Project, *arguments: str, app: Flask | None = None) -> str:
    failed = project.run(*arguments, app=app)
    assert (failed.exit_code, failed.stdout) == (1, "")
    return failed.stderr


def test_init_never_overwrites(sqlite: Project) -> None:
    """What is there already stays, and what is missing is written."""
    first = sqlite.done("init")
    env = sqlite.folder / "migrations" / "env.py"
    env.write_text("# mine\n", "utf-8")
    (sqlite.folder / "migrations" / "script.py.mako").unlink()

    second = sqlite.done("init")

    assert first.stderr.splitlines() == [
        "migrations/env.py is written.",
        "migrations/script.py.mako is written.",
        "migrations/versions/.gitkeep is written.",
    ]
    assert second.stderr.splitlines()[:2] == [
        "migrations/env.py is there already.",
        "migrations/script.py.mako is written.",
    ]
    assert env.read_text("utf-8") == "# mine\n"


def test_a_folder_that_cannot_be_written_is_named(sqlite: Project) -> None:
    """A file in the place of the folder is an error with its name."""
    (sqlite.folder / "migrations").touch()
    assert _error(sqlite, "init").startswith("Error: migrations cannot be written: ")


ENVS = {
    "missing": (None, "Error: migrations/env.py is not there. Fix: make it with flask baseline db init, or "),
    "flask-migrate": (
        FLASK_MIGRATE,
        "Error: migrations/env.py is of Flask-Migrate, and takes no lock. Fix: ",
    ),
    "other": (
        "from alembic import context",
        "Error: migrations/env.py is not ours, and takes no lock. Fix: ",
    ),
}


@pytest.mark.parametrize(("env", "message"), ENVS.values(), ids=ENVS)
def test_an_env_that_is_not_ours_is_refused(sqlite: Project, env: str | None, message: str) -> None:
    """Without our ``env.py`` there would be no lock, nor the app's settings; the fix keeps all revisions."""
    sqlite.done("init")
    path = sqlite.folder / "migrations" / "env.py"
    path.unlink()
    if env is not None:
        path.write_text(env, "utf-8")
    sqlite.add("a1", "op.create_table('a', sa.Column('id', sa.Integer))")

    assert _error(sqlite, "upgrade").startswith(message)

    path.unlink(missing_ok=True)
    sqlite.done("init")
    sqlite.done("upgrade")
    assert sqlite.tables == {"a"}


BEHIND = "Error: Target database is not up to date. Fix: flask baseline db upgrade.\n"
UNABLE = {
    "unknown-revision": (
        ("upgrade", "f00"),
        "Error: Can't locate revision identified by 'f00'. Fix: ",
    ),
    "behind": (("revision",), BEHIND),
    "behind-check": (
        ("check",),
        "Error: Target database is not up to date. Fix: flask baseline db upgrade.\n",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), UNABLE.values(), ids=UNABLE)
def test_what_alembic_cannot_do_has_a_fix(sqlite: Project, arguments: tuple[str, ...], message: str) -> None:
    """Alembic's own errors come without a traceback, with what to do."""
    sqlite.done("init")
    sqlite.add("a1", "pass")
    assert _error(sqlite, *arguments).startswith(message)


USAGE = {
    "unknown-database": ("check", "--database", "reports"),
    "unknown-option": ("downgrade", "--sqlx"),
    "unknown-option-of-upgrade": ("upgrade", "--sqlx"),
}


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE)
def test_wrong_use_is_status_2(sqlite: Project, arguments: tuple[str, ...]) -> None:
    """A command that is called in a wrong way does nothing."""
    sqlite.done("init")
    assert sqlite.run(*arguments).exit_code == 2


METADATA: dict[str, tuple[Callable[[str], str], object, str]] = {
    "no-table": (
        lambda module: f"{module}:metadata",
        MetaData(),
        "has no table. Fix: import the",
    ),
    "no-metadata": (
        lambda module: f"{module}:metadata",
        "users",
        "has no metadata of the database",
    ),
    "no-attribute": (lambda module: f"{module}:models", metadata("users"), "has no 'models'."),
    "no-module": (lambda module: "nowhere.models:Base", metadata("users"), "there is no module 'nowhere'."),
}


@pytest.mark.parametrize(("where", "found", "message"), METADATA.values(), ids=METADATA)
def test_models_that_are_not_found_drop_nothing(
    sqlite: Project, where: Callable[[str], str], found: object, message: str
) -> None:
    """Without models every table would be one too many, so that nothing is compared."""
    sqlite.done("init")
    sqlite.models.metadata = found  # type: ignore[attr-defined]
    app = sqlite.app(BASELINE_DATABASE_METADATA=where(sqlite.models.__name__))

    told = _error(sqlite, "revision", app=app)

    assert message in told
    assert sqlite.versions() == []


def test_without_alembic_the_extra_is_named(sqlite: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """An app that has brought SQLAlchemy by itself may not have Alembic."""
    monkeypatch.setitem(sys.modules, "alembic", None)
    assert _error(sqlite, "upgrade") == (
        'Error: flask baseline db needs Alembic. Install it: pip install "flask-baseline[db]".\n'
    )


def test_what_a_module_of_models_lacks_itself_is_not_hidden(
    sqlite: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import that fails inside of the app's own module is shown as it is."""
    sqlite.done("init")
    (sqlite.folder / "broken_models.py").write_text("import not_installed_at_all\n", "utf-8")
    monkeypatch.syspath_prepend(sqlite.folder)
    failed = sqlite.run("check", app=sqlite.app(BASELINE_DATABASE_METADATA="broken_models:Base"))
    assert isinstance(failed.exception, ModuleNotFoundError)


def test_the_version_table_is_fixed(sqlite: Project) -> None:
    """Another table of versions would be one that the readiness check does not know."""
    sqlite.done("init")
    env = sqlite.folder / "migrations" / "env.py"
    env.write_text(env.read_text("utf-8").replace("run()", "run(version_table='other')"), "utf-8")
    assert _error(sqlite, "upgrade").startswith("Error: env.py has run(version_table=...). Fix: leave it out")


def test_without_a_database_there_is_nothing_to_migrate(sqlite: Project) -> None:
    """An app without a database, or without Baseline, is told how to get it."""
    plain, bare = Flask("plain"), Flask("bare")
    Baseline(plain, features=[])
    assert _error(sqlite, "upgrade", app=plain) == (
        "Error: The app 'plain' has no database. Fix: set BASELINE_DATABASE_URL.\n"
    )
    assert _error(sqlite, "upgrade", app=bare).startswith("Error: Baseline is not on the app 'bare'. Fix: ")


def test_a_database_that_is_down_is_said_without_its_password(sqlite: Project) -> None:
    """Whatever the driver says, the URL is not in it."""
    sqlite.done("init")
    sqlite.add("a1", "pass")
    url = f"postgresql://ann:{PASSWORD}@127.0.0.1:9/shop"

    told = _error(sqlite, "upgrade", app=sqlite.app(BASELINE_DATABASE_URL=url))

    assert told.startswith("Error: The database cannot be used: ")
    assert PASSWORD not in told


def test_a_database_in_memory_is_migrated_too(sqlite: Project) -> None:
    """No other process is in it, so that there is nothing to lock and no file."""
    sqlite.done("init")
    sqlite.add("a1", "op.create_table('a', sa.Column('id', sa.Integer))")
    app = sqlite.app(BASELINE_DATABASE_URL="sqlite://", BASELINE_PROFILE="test")

    sqlite.done("upgrade", app=app)

    assert sqlite.done("current", app=app).stdout == "a1 (head)\n"
    assert [path.name for path in sqlite.folder.iterdir()] == ["migrations"]


LIMITS = {
    "BASELINE_DATABASE_STATEMENT_TIMEOUT": 0.2,
    "BASELINE_DATABASE_IDLE_TRANSACTION_TIMEOUT": 0.2,
}


def _with_own_engine(project: Project) -> Flask:
    """Return an app with Flask-SQLAlchemy."""
    app = Flask("shop")
    app.config.update(LIMITS, SQLALCHEMY_DATABASE_URI=project.url)
    SQLAlchemy(app)
    Baseline(app)
    project.apps.append(app)
    return app


@pytest.mark.parametrize(
    "make_app", [lambda project: project.app(**LIMITS), _with_own_engine], ids=["ours", "adopted"]
)
def test_a_migration_may_take_longer_than_a_request(
    postgresql: Project, make_app: Callable[[Project], Flask]
) -> None:
    """The limits of statements and of idle transactions are those of requests, and not of migrations."""
    postgresql.add(
        "a1", "op.execute('SELECT pg_sleep(0.6)'); import time; time.sleep(0.6); op.execute('SELECT 1')"
    )
    app = make_app(postgresql)
    assert postgresql.done("upgrade", app=app).stderr.endswith("Done: the database is at a1.\n")


def test_a_migration_does_not_queue_for_a_lock(postgresql: Project) -> None:
    """Requests would wait behind a migration that waits for a table, so that it gives up and says so."""
    postgresql.execute("CREATE TABLE users (id INTEGER)")
    postgresql.add("a1", "op.execute('ALTER TABLE users ADD COLUMN age INTEGER')")
    engine = create_engine(postgresql.url)
    with engine.begin() as other:
        other.execute(text("SELECT * FROM users"))
        told = _error(postgresql, "upgrade", app=postgresql.app(BASELINE_DATABASE_LOCK_TIMEOUT=0.2))
    engine.dispose()
    assert "migrations/versions/a1.py, line 11: canceling statement due to lock timeout." in told
    assert told.endswith("or raise BASELINE_DATABASE_LOCK_TIMEOUT.\n")


def test_an_index_can_be_made_while_others_write(postgresql: Project) -> None:
    """What cannot be in a transaction goes into a block without one."""
    concurrently = (
        "op.create_table('a', sa.Column('id', sa.Integer))\n"
        "    with op.get_context().autocommit_block():\n"
        "        op.create_index('ix_a', 'a', ['id'], postgresql_concurrently=True)"
    )
    postgresql.add("a1", concurrently)
    assert postgresql.done("upgrade").stderr.endswith("Done: the database is at a1.\n")
    assert postgresql.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_a'") == [(1,)]


def test_the_help_needs_no_app(sqlite: Project) -> None:
    """Every command is listed with what it does."""
    listed = RUNNER.invoke(baseline, ["db", "--help"]).stdout
    names = "check current downgrade heads history init merge revision stamp upgrade wait"
    lines = {line.split()[0]: line.split()[1:] for line in listed.splitlines() if line.startswith("  ")}
    assert all(lines[name] for name in names.split())
