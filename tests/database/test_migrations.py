"""``flask baseline db``: from models to tables and back, on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, String, Table

from .migrating import Project, metadata, open_project


@pytest.fixture(params=["sqlite", "postgresql"])
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    """Return a project on each kind of database."""
    with open_project(request.param, request, tmp_path, monkeypatch) as project:
        yield project


def test_models_become_tables(project: Project) -> None:
    """A revision has what the models need; it is applied once, and the database says where it is."""
    project.done("init")
    written = project.done("revision", "-m", "users")
    (path,) = project.folder.glob("migrations/versions/*_users.py")
    assert f"{path.relative_to(project.folder)} is written." in written.stderr
    id = path.stem.split("_")[2]

    first, second = project.done("upgrade"), project.done("upgrade")

    assert first.stderr == f"Applied: {id}, users\nDone: the database is at {id}.\n"
    assert second.stderr == f"Nothing to do: the database is at {id}.\n"
    assert project.tables == {"users"}
    assert project.done("current").stdout == f"{id} (head)\n"
    assert project.done("heads").stdout == f"{id} (head)\n"
    assert project.done("history").stdout == f"<base> -> {id} (head), users\n"
    assert project.done("check").stderr == "The models and the migrations agree.\n"


def test_nothing_new_is_nothing_written(project: Project) -> None:
    """Where models and tables agree no revision is written, unless an empty one is asked for."""
    project.done("init")
    project.done("revision")
    project.done("upgrade")

    again = project.done("revision")

    assert again.stderr == "Nothing to write: the models and the database agree.\n"
    assert len(project.versions()) == 1
    project.done("revision", "--empty", "-m", "rows")
    assert len(project.versions()) == 2


def test_downgrade_undoes_one_or_all(project: Project) -> None:
    """Without a revision it undoes the last one, with one it goes there."""
    project.done("init")
    project.add("a1", "op.create_table('a', sa.Column('id', sa.Integer))", "op.drop_table('a')")
    project.add("b2", "op.create_table('b', sa.Column('id', sa.Integer))", "op.drop_table('b')", "a1")
    project.add("c3", "op.create_table('c', sa.Column('id', sa.Integer))", "op.drop_table('c')", "b2")
    project.done("upgrade")
    assert project.tables == {"a", "b", "c"}

    assert project.done("downgrade").stderr == "Undone: c3, make c3\nDone: the database is at b2.\n"
    assert project.tables == {"a", "b"}
    assert project.done("downgrade", "-2").stderr.endswith("Done: the database is at no revision.\n")
    assert project.tables == set()
    assert project.done("upgrade", "b2").stderr.endswith("Done: the database is at b2.\n")
    assert project.tables == {"a", "b"}


def test_a_migration_that_fails_leaves_nothing_of_itself(project: Project) -> None:
    """What was done before stays done, what it did is undone, and the error names its line, not its SQL."""
    project.done("init")
    project.add("a1", "op.create_table('a', sa.Column('id', sa.Integer))")
    broken = (
        "op.create_table('b', sa.Column('id', sa.Integer)); op.execute('SELECT 1 AS secret FROM nowhere')"
    )
    path = project.add("b2", broken, follows="a1")

    failed = project.run("upgrade")

    assert failed.exit_code == 1
    assert failed.stderr.startswith("Applied: a1, make a1\nError: The migration failed in ")
    assert "migrations/versions/b2.py, line 11: " in failed.stderr
    assert "nowhere" in failed.stderr
    assert "secret" not in failed.stderr
    assert project.tables == {"a"}
    assert project.execute("SELECT version_num FROM alembic_version") == [("a1",)]
    path.write_text(path.read_text("utf-8").replace("nowhere", "b"), "utf-8")
    project.done("upgrade")
    assert project.tables == {"a", "b"}


def test_sql_is_printed_alone(project: Project) -> None:
    """``--sql`` prints statements that a program can be given, and changes nothing."""
    project.done("init")
    project.add("a1", "op.create_table('a', sa.Column('id', sa.Integer))", "op.drop_table('a')")

    up, down = project.done("upgrade", "--sql"), project.done("downgrade", "--sql", "a1:base")

    assert "CREATE TABLE a (" in up.stdout
    assert "DROP TABLE a;" in down.stdout
    assert (up.stderr, down.stderr) == ("", "")
    assert project.tables == set()
    body = [line for line in up.stdout.splitlines() if not line.startswith("--")]
    project.execute(*"\n".join(body).split(";")[1:-2])
    assert project.tables == {"a"}
    assert project.done("current").stdout == "a1 (head)\n"


def test_stamp_runs_nothing(project: Project) -> None:
    """A database that has its tables already is told where it is."""
    project.done("init")
    project.done("revision")
    project.execute("CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20) NOT NULL)")

    told = project.done("stamp")

    assert told.stderr.startswith("Written down: the database is at ")
    assert project.done("check").exit_code == 0
    project.done("stamp", "--purge", "base")
    assert project.done("current").stdout == ""


def test_check_prints_what_differs(project: Project) -> None:
    """The differences are on standard output, a line each, and the status is 1."""
    project.done("init")
    project.done("revision")
    project.done("upgrade")
    models = project.models.metadata = metadata("users", "orders")
    Table("users", models, Column("age", Integer), Column("name", String(50)), extend_existing=True)

    failed = project.run("check")

    assert failed.exit_code == 1
    assert failed.stdout.splitlines() == [
        "create table orders",
        "add column users.age, Integer()",
        "change column users.name: type VARCHAR(length=20) to String(length=50), NULL allowed",
    ]
    assert failed.stderr == "The models and the migrations differ. Fix: flask baseline db revision.\n"


def test_several_heads_are_joined(project: Project) -> None:
    """Two branches of work fail the check and an upgrade, until they are merged."""
    project.done("init")
    project.add("a1", "pass")
    assert project.run("merge").stderr == "Error: There is nothing to join: a1 is the only head.\n"
    project.add("b2", "pass", follows="a1")
    project.add("c3", "pass", follows="a1")

    check, upgrade = project.run("check"), project.run("upgrade")

    assert (check.exit_code, upgrade.exit_code) == (1, 1)
    assert check.stderr == "Error: There are several heads: b2, c3. Fix: flask baseline db merge.\n"
    assert "flask baseline db merge" in upgrade.stderr
    assert project.done("merge", "-m", "both").stderr.endswith("_both.py is written.\n")
    project.done("upgrade")
    assert len(project.done("current").stdout.splitlines()) == 1
