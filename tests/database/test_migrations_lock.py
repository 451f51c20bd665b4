"""Two processes that migrate one database at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.waiting import wait_until

from .migrating import Project, open_project

SERVICE = """
from flask import Flask
from flask_baseline import Baseline

app = Flask("shop")
Baseline(app)
"""

SLOW = (
    "import os, pathlib, time; op.create_table('slow', sa.Column('id', sa.Integer)); "
    "pathlib.Path('began').touch(); "
    "[time.sleep(0.01) for _ in iter(lambda: pathlib.Path('go').exists(), True)]"
)
"""A migration that is in the middle until there is a file called ``go``."""

WAITS = "Another process migrates this database. Waiting for it, at most 300 s."


@pytest.fixture(params=["sqlite", "postgresql"])
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    """Return a project with a migration that takes as long as the test wants."""
    with open_project(request.param, request, tmp_path, monkeypatch) as project:
        (tmp_path / "service.py").write_text(SERVICE, "utf-8")
        project.done("init")
        project.add("a1", SLOW, "op.drop_table('slow')")
        yield project


class Upgrade:
    """An upgrade in a process of its own."""

    def __init__(self, project: Project, log: Path) -> None:
        self._log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flask", "--app", "service", "baseline", "db", "upgrade"],
                env={**os.environ, "BASELINE_DATABASE_URL": project.url},
                stderr=file,
            )

    @property
    def told(self) -> list[str]:
        """What it has said up to now."""
        return self._log.read_text("utf-8").splitlines()


@pytest.fixture
def start(project: Project) -> Iterator[Callable[[str], Upgrade]]:
    """Return what starts an upgrade."""
    with ExitStack() as ends:

        def start(name: str) -> Upgrade:
            upgrade = Upgrade(project, project.folder / f"{name}.log")
            ends.callback(upgrade.process.wait, 30)
            ends.callback(upgrade.process.kill)
            return upgrade

        yield start


def _start_both(start: Callable[[str], Upgrade]) -> tuple[Upgrade, Upgrade]:
    """Start one that is in the middle of its migration, and one that waits for it."""
    first = start("first")
    wait_until(Path("began").exists)
    second = start("second")
    wait_until(lambda: WAITS in second.told)
    return first, second


def test_one_migrates_and_the_other_finds_it_done(project: Project, start: Callable[[str], Upgrade]) -> None:
    """The second says once that it waits, and has nothing left to do."""
    first, second = _start_both(start)

    Path("go").touch()

    assert [first.process.wait(30), second.process.wait(30)] == [0, 0]
    assert first.told == ["Applied: a1, make a1", "Done: the database is at a1."]
    assert second.told == [WAITS, "Nothing to do: the database is at a1."]
    assert project.tables == {"slow"}


def test_one_that_dies_in_the_middle_leaves_it_to_the_other(
    project: Project, start: Callable[[str], Upgrade]
) -> None:
    """What a killed process has half done is undone, its lock is free, and the second does it all."""
    first, second = _start_both(start)

    first.process.kill()
    first.process.wait(30)
    Path("go").touch()

    assert second.process.wait(30) == 0
    assert second.told == [WAITS, "Applied: a1, make a1", "Done: the database is at a1."]
    assert project.execute("SELECT version_num FROM alembic_version") == [("a1",)]


def test_nobody_waits_for_ever(project: Project, start: Callable[[str], Upgrade]) -> None:
    """Whoever has waited for as long as it was told to fails, and changes nothing."""
    start("first")
    wait_until(Path("began").exists)

    failed = project.run("upgrade", "--lock-timeout", "0.1")

    assert failed.exit_code == 1
    assert failed.stderr.splitlines()[-1] == (
        "Error: Another process migrates this database, and has not finished in 0.1 s. "
        "Fix: wait for it, end it, or wait longer with --lock-timeout."
    )


def test_what_changes_nothing_does_not_wait(project: Project, start: Callable[[str], Upgrade]) -> None:
    """Commands that only read answer while another process migrates."""
    start("first")
    wait_until(Path("began").exists)

    assert project.done("current").stdout == ""
    assert project.done("heads").stdout == "a1 (head)\n"
