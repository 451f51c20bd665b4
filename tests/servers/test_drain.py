"""The drain of `flask_baseline.deploy.gunicorn` under real gunicorns."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .server import Server, gunicorn

OURS = ("-c", "python:flask_baseline.deploy.gunicorn", "--workers", "2")
LINE = "Draining for "
FROM_CONFIG = "app.config['BASELINE_HEALTH_DRAIN_SECONDS'] = 3"

APP = """
import os, time
from pathlib import Path
from flask import Flask
from flask_baseline import Baseline

app = Flask("shop")
{config}
Baseline(app)

@app.get("/")
def index():
    return str(os.getppid())

@app.get("/slow")
def slow():
    Path("slow-started").touch()
    time.sleep(4)
    return "done"
"""


def master(server: Server) -> int:
    """Return the parent of the worker that answers."""
    return int(server.get("/").body)


def worker_pids(folder: Path) -> list[int]:
    """Return the workers that have said so in *folder*."""
    return [int(file.name.removeprefix("worker-")) for file in folder.glob("worker-*")]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def start_drain(server: Server) -> None:
    """Send SIGTERM and wait until readiness says so."""
    server.signal(signal.SIGTERM)
    server.wait_until(lambda: server.get("/readyz").status == 503)


@pytest.mark.parametrize(
    ("args", "config", "env"),
    [
        # More than one thread would make gunicorn turn sync into gthread.
        pytest.param(("-k", "sync", "--threads", "1"), "", {"BASELINE_HEALTH_DRAIN_SECONDS": "3"}, id="sync"),
        pytest.param((), FROM_CONFIG, {}, id="gthread, from app.config"),
        pytest.param(("--preload",), FROM_CONFIG, {}, id="gthread, preloaded"),
        pytest.param(("-k", "gevent"), "", {"BASELINE_HEALTH_DRAIN_SECONDS": "3"}, id="gevent"),
    ],
)
def test_drain(tmp_path: Path, args: tuple[str, ...], config: str, env: dict[str, str]) -> None:
    """While it drains, readiness is 503 and all else is served; then it ends in order, losing no request."""
    with (
        gunicorn(tmp_path, APP.format(config=config), *OURS, *args, env=env) as server,
        ThreadPoolExecutor(1) as pool,
    ):
        assert server.get("/readyz").status == 200
        slow = pool.submit(server.get, "/slow")
        server.wait_until((tmp_path / "slow-started").exists)
        start_drain(server)
        for _ in range(5):
            assert [server.get(path).status for path in ("/readyz", "/livez", "/")] == [503, 200, 200]
            time.sleep(0.1)
        assert server.exit_status() == 0
        answer = slow.result()
        assert (answer.status, answer.body) == (200, b"done")
        assert server.output.count(LINE) == 1
        with pytest.raises(ConnectionRefusedError):
            server.get("/")


def test_second_sigterm(tmp_path: Path) -> None:
    """Who sends SIGTERM again does not have to wait for the end of the drain."""
    env = {"BASELINE_HEALTH_DRAIN_SECONDS": "600"}
    with gunicorn(tmp_path, APP.format(config=""), *OURS, env=env) as server:
        start_drain(server)
        server.signal(signal.SIGTERM)
        assert server.exit_status() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGQUIT], ids=str)
def test_quick_shutdown(tmp_path: Path, number: signal.Signals) -> None:
    """SIGINT and SIGQUIT stop at once, as gunicorn means them, in a drain too."""
    env = {"BASELINE_HEALTH_DRAIN_SECONDS": "600"}
    with gunicorn(tmp_path, APP.format(config=""), *OURS, env=env) as server:
        start_drain(server)
        server.signal(number)
        assert server.exit_status() == 0


def test_no_drain(tmp_path: Path) -> None:
    """With 0 seconds, SIGTERM stops at once and nothing is said of a drain."""
    env = {"BASELINE_HEALTH_DRAIN_SECONDS": "0"}
    with gunicorn(tmp_path, APP.format(config=""), *OURS, env=env) as server:
        server.signal(signal.SIGTERM)
        assert server.exit_status() == 0
        assert LINE not in server.output


def test_reload(tmp_path: Path) -> None:
    """After a reload by SIGHUP the server drains as before, its new workers too."""
    env = {"BASELINE_HEALTH_DRAIN_SECONDS": "3"}
    app = APP.format(config="Path(f'worker-{os.getpid()}').touch()")
    with gunicorn(tmp_path, app, *OURS, env=env) as server:
        server.wait_until(lambda: len(worker_pids(tmp_path)) == 2)
        old = worker_pids(tmp_path)
        server.signal(signal.SIGHUP)
        server.wait_until(lambda: len(worker_pids(tmp_path)) == 4)
        server.wait_until(lambda: not any(is_alive(pid) for pid in old))
        start_drain(server)
        assert [server.get(path).status for path in ("/readyz", "/")] == [503, 200]
        assert server.exit_status() == 0
        assert server.output.count(LINE) == 1


def test_upgrade(tmp_path: Path) -> None:
    """In an upgrade by SIGUSR2 the old master leaves without a drain, and the new one drains in its turn."""
    env = {"BASELINE_HEALTH_DRAIN_SECONDS": "3"}
    with gunicorn(tmp_path, APP.format(config=""), *OURS, env=env) as server:
        server.signal(signal.SIGUSR2)
        masters: set[int] = set()

        def is_upgraded() -> bool:
            masters.add(master(server))
            return len(masters) == 2

        server.wait_until(is_upgraded)
        (new,) = masters - {server.process.pid}
        server.signal(signal.SIGTERM)
        assert server.exit_status() == 0
        assert LINE not in server.output
        # The new master looks once a second whether its parent has gone.
        server.wait_until(lambda: "Master has been promoted" in server.output)
        assert server.get("/readyz").status == 200
        os.kill(new, signal.SIGTERM)
        server.wait_until(lambda: server.get("/readyz").status == 503)
        assert server.get("/").status == 200
