"""``flask baseline monitoring write``."""

from __future__ import annotations

import subprocess
import sys
from errno import EACCES
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flask_baseline import monitoring
from flask_baseline.cli import baseline

# Since click 8.2 the two streams are apart without asking.
APART: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
RUNNER = CliRunner(**APART)

SOURCE = Path(monitoring.__path__[0])
DASHBOARD, RULES = "grafana-dashboard.json", "prometheus-rules.yml"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    """Run the command, for no app."""
    return RUNNER.invoke(baseline, ["monitoring", "write", *arguments])


def test_write(folder: Path) -> None:
    """Both files are written once, as they are in the package."""
    first, second = run(), run()
    assert (first.exit_code, first.stdout, first.stderr.splitlines()) == (
        0,
        "",
        [f"monitoring/{DASHBOARD} is written.", f"monitoring/{RULES} is written."],
    )
    assert (second.exit_code, second.stderr.splitlines()) == (
        0,
        [f"monitoring/{DASHBOARD} is up to date.", f"monitoring/{RULES} is up to date."],
    )
    for name in (DASHBOARD, RULES):
        assert (folder / "monitoring" / name).read_bytes() == (SOURCE / name).read_bytes()


def test_all_files_are_written(folder: Path) -> None:
    """What is in the package and is no code is written."""
    run()
    written = {path.name for path in (folder / "monitoring").iterdir()}
    assert written == {path.name for path in SOURCE.iterdir() if path.suffix in (".json", ".yml", ".yaml")}


def test_another_folder(folder: Path) -> None:
    """The folder can be chosen, and is made."""
    assert run("deploy/prod").exit_code == 0
    assert {path.name for path in (folder / "deploy" / "prod").iterdir()} == {DASHBOARD, RULES}


def test_a_file_that_was_changed(folder: Path) -> None:
    """What an operator has changed is kept, and nothing else is written beside it."""
    (folder / RULES).write_text("groups: []\n")
    result = run(".")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"There is something else in {RULES}. Overwrite it with: --force.\n"
    assert [path.name for path in folder.iterdir()] == [RULES]
    assert (folder / RULES).read_text() == "groups: []\n"


def test_force(folder: Path) -> None:
    """What differs is overwritten when that is asked for; what agrees is left alone."""
    run(".")
    (folder / RULES).write_text("groups: []\n")
    result = run(".", "--force")
    assert (result.exit_code, result.stderr.splitlines()) == (
        0,
        [f"{DASHBOARD} is up to date.", f"{RULES} is written."],
    )
    assert (folder / RULES).read_bytes() == (SOURCE / RULES).read_bytes()


def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    """A folder that is a file is one clear error and status 2."""
    (folder / "taken").write_text("")
    result = run("taken")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: taken/{DASHBOARD} cannot be written: ")


def test_a_file_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of somebody else is one clear error and status 2."""
    run(".")

    def refuse(path: Path) -> bytes:
        raise PermissionError(EACCES, "Permission denied", path)

    # Nothing is unreadable to root.
    monkeypatch.setattr(Path, "read_bytes", refuse)
    result = run(".")
    assert result.exit_code == 2
    assert result.stderr == f"Error: {DASHBOARD} cannot be read: Permission denied.\n"


def test_without_an_app(folder: Path) -> None:
    """No app is loaded, in a folder that has none, and in one whose app fails."""
    (folder / "app.py").write_text("raise SystemExit('loaded')\n")
    command = [sys.executable, "-m", "flask", "baseline", "monitoring", "write"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert (folder / "monitoring" / RULES).is_file()


def test_the_group_is_listed_with_the_others() -> None:
    """The help of ``flask baseline`` names the groups that are imported later."""
    listed = RUNNER.invoke(baseline, ["--help"]).stdout
    assert [name for name in ("config", "monitoring", "openapi") if f"\n  {name} " not in listed] == []
