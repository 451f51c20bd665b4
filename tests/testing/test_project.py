"""The example of a project with a database: its tests run as its page says, and leave nothing behind."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.waiting import wait_until

from .inner import command, environ, run_pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "inventory"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a copy of the project."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "inventory"))


def test_two_workers(project: Path) -> None:
    """Two workers have one PostgreSQL and a database each, and all is gone at the end."""
    (project / "conftest.py").write_text(
        "import pytest\n\n\n"
        "@pytest.fixture(autouse=True)\n"
        "def note(baseline_database_url, baseline_app, request):\n"
        "    with open(request.config.rootpath / 'urls', 'a') as urls:\n"
        "        print(baseline_database_url, file=urls)\n"
    )
    done = run_pytest(project, "-n", "2", "--no-cov")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 passed" in done.stdout
    urls = {make_url(url) for url in (project / "urls").read_text().splitlines()}
    assert {url.database for url in urls} <= {"baseline_gw0", "baseline_gw1"}
    (port,) = {url.port for url in urls}
    assert port is not None
    assert not is_open(port)


def test_a_run_that_is_killed(project: Path) -> None:
    """The servers of a run end with it, also when it is killed while its workers go on."""
    (project / "tests" / "test_inventory.py").write_text(
        "import time\n\n\n"
        "def test_long(request, baseline_db, baseline_database_url, baseline_redis_url):\n"
        "    notes = request.config.rootpath / 'notes.new'\n"
        "    notes.write_text(f'{baseline_database_url} {baseline_redis_url}')\n"
        "    notes.rename(notes.with_suffix(''))\n"
        "    time.sleep(600)\n"
    )
    notes = project / "notes"
    started = command("--no-cov", "-n", "1")
    with subprocess.Popen(started, cwd=project, env=environ(), stdout=subprocess.DEVNULL) as run:
        wait_until(notes.exists)
        ports = [make_url(url).port or 0 for url in notes.read_text().split()]
        assert [is_open(port) for port in ports] == [True, True]
        run.kill()
    wait_until(lambda: not any(map(is_open, ports)))


def is_open(port: int) -> bool:
    """Whether something listens on *port*."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
