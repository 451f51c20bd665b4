"""One limit for several processes, and under real servers."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.servers.server import Server, gunicorn, uwsgi

from .conftest import make_app

PROCESSES, THREADS, EACH, LIMIT = 4, 6, 3, 25

SERVED = """
from flask import Flask
from flask_baseline import Baseline

app = Flask("shop")
Baseline(app)
app.add_url_rule("/", "index", lambda: "index")
"""


def _send(app: Flask, start: Any, results: Any) -> None:
    def send(_number: int) -> int:
        return app.test_client().get("/").status_code

    with ThreadPoolExecutor(THREADS) as pool:
        start.wait(60)
        results.put([*pool.map(send, range(THREADS * EACH))])


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_exactly_the_limit(valkey_url: str) -> None:
    """Forked processes with several threads each serve exactly as many requests as the limit allows."""
    app = make_app(store=valkey_url, default=f"{LIMIT}/hour")
    # So that the children inherit a connection which they must not use.
    assert app.test_client().get("/").status_code == 200
    fork = multiprocessing.get_context("fork")
    start, results = fork.Barrier(PROCESSES), fork.Queue()
    children = [fork.Process(target=_send, args=(app, start, results)) for _ in range(PROCESSES)]
    for child in children:
        child.start()

    answers = [status for _ in children for status in results.get(timeout=60)]
    for child in children:
        child.join(60)

    assert {*answers} == {200, 429}
    assert answers.count(200) == LIMIT - 1


def _statuses(server: Server) -> list[int]:
    with ThreadPoolExecutor(6) as pool:
        return [*pool.map(lambda _: server.get("/").status, range(30))]


def _environ(store: str) -> dict[str, str]:
    return {
        "BASELINE_RATELIMIT_ENABLED": "true",
        "BASELINE_RATELIMIT_DEFAULT": "10/hour",
        "BASELINE_RATELIMIT_STORE": store,
        "BASELINE_RATELIMIT_ON_FAILURE": "closed",
    }


@pytest.mark.parametrize(
    "options",
    [["-w", "3", "--preload"], ["-w", "2", "-k", "gthread", "--threads", "4"], ["-w", "2", "-k", "gevent"]],
    ids=["preload", "gthread", "gevent"],
)
def test_gunicorn(tmp_path: Path, valkey_url: str, options: list[str]) -> None:
    """The workers of gunicorn share what is in Redis."""
    environ = _environ(valkey_url) | {"BASELINE_SERVICE_NAME": tmp_path.name}

    with gunicorn(tmp_path, SERVED, *options, env=environ) as server:
        assert sorted(_statuses(server)) == [200] * 10 + [429] * 20


def test_uwsgi(tmp_path: Path, valkey_url: str) -> None:
    """The workers of uWSGI, which forks after it has loaded the app, share what is in Redis."""
    environ = _environ(valkey_url) | {"BASELINE_SERVICE_NAME": tmp_path.name}

    with uwsgi(tmp_path, SERVED, env=environ) as server:
        assert sorted(_statuses(server)) == [200] * 10 + [429] * 20


@pytest.mark.parametrize("options", [["--preload"], ["-k", "gevent"]], ids=["preload", "gevent"])
def test_memory_of_one_worker(tmp_path: Path, options: list[str]) -> None:
    """One worker counts in its memory, and ends when it is told to."""
    with gunicorn(tmp_path, SERVED, *options, env=_environ("memory")) as server:
        assert sorted(_statuses(server)) == [200] * 10 + [429] * 20
        server.stop()
        assert server.exit_status() == 0
