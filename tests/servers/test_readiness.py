"""Readiness checks in the workers of real gunicorns."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .server import gunicorn

APP = """
import os, time
from flask import Flask
from flask_baseline import Baseline

app = Flask("shop")
app.config["BASELINE_HEALTH_DETAILS"] = "always"
baseline = Baseline(app)

@app.get("/")
def index():
    return "here"

@baseline.readiness_check("payments", timeout=0.2)
def payments():
    with open("runs", "a") as runs:
        runs.write(f"{os.getpid()}\\n")
    time.sleep(600)

@baseline.readiness_check("search")
def search():
    return True

# The parent's state must not be the workers'.
app.test_client().get("/readyz")
"""


@pytest.mark.parametrize("args", [(), ("-k", "gevent")], ids=["gthread", "gevent"])
def test_hanging_check(tmp_path: Path, args: tuple[str, ...]) -> None:
    """In a forked worker, a hanging check runs once, times out for all who ask and does not delay the end."""
    env = {"BASELINE_HEALTH_DRAIN_SECONDS": "0"}
    ours = ("-c", "python:flask_baseline.deploy.gunicorn", "--workers", "1", "--preload", *args)
    with gunicorn(tmp_path, APP, *ours, env=env) as server:
        with ThreadPoolExecutor(3) as pool:
            answers = list(pool.map(lambda _: server.get("/readyz?verbose"), range(3)))
        assert [answer.status for answer in answers] == [503, 503, 503]
        for answer in answers:
            checks = json.loads(answer.body)["checks"]
            assert checks["payments"][0]["output"] == "timeout"
            assert checks["search"][0]["status"] == "pass"
        assert server.get("/").status == 200
        pids = (tmp_path / "runs").read_text().split()
        assert len(pids) == len(set(pids)) == 2
        server.signal(signal.SIGTERM)
        assert server.exit_status() == 0
