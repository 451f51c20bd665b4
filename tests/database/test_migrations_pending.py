"""The readiness check for migrations that a database has not had."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from .migrating import Project, open_project

NAME = "database:migrations"


@pytest.fixture(params=["sqlite", "postgresql"])
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    """Return a project with two migrations, on each kind of database."""
    with open_project(request.param, request, tmp_path, monkeypatch) as project:
        _add_two(project)
        yield project


@pytest.fixture
def sqlite(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    """Return a project without a folder of migrations."""
    with open_project("sqlite", request, tmp_path, monkeypatch) as project:
        yield project


def _add_two(project: Project) -> None:
    project.done("init")
    project.add("a1", "pass")
    project.add("b2", "pass", follows="a1")


def _serving(project: Project, **config: object) -> Flask:
    usual = {"BASELINE_HEALTH_CACHE_SECONDS": 0.0, "BASELINE_HEALTH_DETAILS": "always"}
    return project.app("health", BASELINE_HEALTH_TOTAL_SECONDS=20.0, **{**usual, **config})


def _ready(app: Flask) -> tuple[int, str, dict[str, Any]]:
    """Return the status of the probe, its verdict, and how each check ended."""
    answer = app.test_client().get("/readyz?verbose")
    found = json.loads(answer.text)
    return (
        answer.status_code,
        found["status"],
        {name: one["status"] for name, (one,) in found["checks"].items()},
    )


def test_it_fails_until_all_is_applied(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    """A service is not ready while its database lacks a migration, and the log says which."""
    app = _serving(project)
    assert _ready(app) == (503, "fail", {"database": "pass", NAME: "fail"})
    project.done("upgrade", "a1")
    caplog.clear()

    assert _ready(app)[0] == 503
    project.done("upgrade")
    assert _ready(app) == (200, "pass", {"database": "pass", NAME: "pass"})
    project.done("downgrade", "base")
    assert _ready(app)[0] == 503
    assert "The database 'default' lacks 2 of its migrations: a1, b2." in str(caplog.records[-1].exc_info)


def test_a_newer_database_is_ready(project: Project) -> None:
    """While a release is rolled out its migrations are applied before the last old process has gone."""
    old = _serving(project)
    project.done("upgrade")
    assert _ready(old)[0] == 200
    project.add("c3", "pass", follows="b2")
    project.done("upgrade")

    assert _ready(old)[0] == 200


MODES = {"fail": (503, "fail"), "warn": (200, "warn")}


@pytest.mark.parametrize(("mode", "expected"), MODES.items(), ids=MODES)
def test_the_setting_says_how_bad_it_is(sqlite: Project, mode: str, expected: tuple[int, str]) -> None:
    """Pending migrations make the probe fail, or only warn."""
    _add_two(sqlite)
    assert _ready(_serving(sqlite, BASELINE_DATABASE_READY_MIGRATIONS=mode))[:2] == expected


def test_dev_only_warns(sqlite: Project) -> None:
    """In development one is often behind, and goes on."""
    _add_two(sqlite)
    assert _ready(_serving(sqlite, BASELINE_PROFILE="dev"))[:2] == (200, "warn")


def test_off_means_no_check(sqlite: Project) -> None:
    """Turned off there is no such check."""
    _add_two(sqlite)
    assert NAME not in _ready(_serving(sqlite, BASELINE_DATABASE_READY_MIGRATIONS="off"))[2]


def test_without_a_folder_there_is_no_check(sqlite: Project) -> None:
    """An app without migrations is ready."""
    assert _ready(_serving(sqlite)) == (200, "pass", {"database": "pass"})


def test_a_folder_that_should_be_there_is_missed(sqlite: Project) -> None:
    """Where a key says that there are migrations, a container built without them is not ready."""
    app = _serving(sqlite, BASELINE_DATABASE_READY_MIGRATIONS="fail")
    assert _ready(app) == (503, "fail", {"database": "pass", NAME: "fail"})


def test_wait_ends_when_all_is_applied(sqlite: Project) -> None:
    """What starts after a migration can wait for it, and says what it waited for in vain."""
    assert sqlite.run("wait", "--timeout", "0").exit_code == 0
    _add_two(sqlite)
    failed = sqlite.run("wait", "--timeout", "0")
    assert (failed.exit_code, failed.stderr) == (
        1,
        "Error: Waited for 0 s. The database 'default' lacks 2 of its migrations: a1, b2. "
        "Fix: flask baseline db upgrade.\n",
    )
    sqlite.done("upgrade")
    assert sqlite.run("wait", "--timeout", "0").exit_code == 0


GRAPH = """
revision: str = "{id}"
down_revision = {follows}
branch_labels: tuple[str, ...] | None = {labels}
depends_on = {depends_on}

from alembic import op


def upgrade() -> None:
    op.execute("INSERT INTO done VALUES ('{id}')")
"""

REVISIONS = {
    "a1": (None, None, None),
    "b2": ("a1", None, None),
    "c3": ("a1", ("other",), None),
    "d4": (("b2", "c3"), None, None),
    "e5": ("c3", None, ["f6"]),
    "f6": (None, None, "b2"),
    "g7": ("f6", None, "other"),
}
"""What each follows, its labels, and what it depends on: branches, a merge, and two roots."""


@pytest.mark.parametrize("target", [*REVISIONS, "heads"])
def test_it_knows_what_alembic_would_apply(sqlite: Project, target: str) -> None:
    """Through branches, merges, dependencies and labels it misses exactly what has not been run."""
    sqlite.done("init")
    for id, (follows, labels, depends_on) in REVISIONS.items():
        text = GRAPH.format(id=id, follows=repr(follows), labels=repr(labels), depends_on=repr(depends_on))
        (sqlite.folder / "migrations" / "versions" / f"{id}.py").write_text(text, "utf-8")
    sqlite.execute("CREATE TABLE done (id VARCHAR(9))")

    sqlite.done("upgrade", target)

    run = {id for (id,) in sqlite.execute("SELECT id FROM done")}
    missing = ", ".join(sorted(REVISIONS.keys() - run)[:5])
    told = sqlite.run("wait", "--timeout", "0").stderr
    assert f"of its migrations: {missing}" in told if missing else told == ""
