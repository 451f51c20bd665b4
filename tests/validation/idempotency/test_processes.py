"""One key in several processes with several threads each."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from flask_baseline import Baseline, endpoint

PROCESSES, THREADS = 4, 8


def _app(url: str, runs: Path) -> Flask:
    app = Flask("shop")
    app.config["BASELINE_VALIDATION_IDEMPOTENCY_STORE"] = url
    Baseline(app)

    @app.post("/")
    @endpoint(idempotent=True)
    def view() -> dict[str, int]:
        with runs.open("a") as file:
            file.write("run\n")
        return {"pid": os.getpid()}

    return app


def _send(app: Flask, key: str, start: Any, results: Any) -> None:
    def send(_number: int) -> tuple[int, str]:
        response = app.test_client().post("/", headers={"Idempotency-Key": key}, buffered=True)
        return response.status_code, response.text if response.status_code == 200 else ""

    with ThreadPoolExecutor(THREADS) as pool:
        start.wait()
        results.put([*pool.map(send, range(THREADS))])


@pytest.mark.parametrize("url", ["sqlite", "postgres", "valkey"], indirect=True)
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_one_runs(url: str, tmp_path: Path) -> None:
    """The view runs once; all others get its answer, or hear that it is running."""
    runs, key = tmp_path / "runs", uuid4().hex
    app = _app(url, runs)
    # So that the children inherit connections which they must not use.
    app.test_client().post("/", headers={"Idempotency-Key": uuid4().hex}, buffered=True)
    runs.unlink()
    fork = multiprocessing.get_context("fork")
    start, results = fork.Barrier(PROCESSES), fork.Queue()
    children = [fork.Process(target=_send, args=(app, key, start, results)) for _ in range(PROCESSES)]
    for child in children:
        child.start()
    answers = [answer for _ in children for answer in results.get(timeout=60)]
    for child in children:
        child.join(30)
        assert child.exitcode == 0
    assert len(answers) == PROCESSES * THREADS
    assert {status for status, _ in answers} <= {200, 409}
    assert len({text for status, text in answers if status == 200}) == 1
    assert runs.read_text() == "run\n"
