"""PostgreSQL is killed and comes back while an app writes to it."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from flask_baseline.testing.servers import free_port
from flask_baseline.testing.servers.postgres import start_postgres
from flask_baseline.testing.servers.process import Server as Running

from .server import Answer, Server, gunicorn

APP = """
from flask import Flask
from sqlalchemy import text
from flask_baseline import Baseline
from flask_baseline.database import db

app = Flask("shop")
Baseline(app)

@app.post("/orders/<int:number>")
@db.transactional
def order(number):
    db.session.execute(text("INSERT INTO orders VALUES (:number)"), {"number": number})
    return {"number": number}, 201
"""

CLIENTS = 6
SECONDS = 15
"""How long a client waits for any answer: longer than every time-out of the app."""


class Database:
    """A PostgreSQL that comes back where it was."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="outage-"))
        self.port = free_port()
        self._running: Running | None = None

    def start(self) -> str:
        """Start it, and return its URL."""
        self._running = start_postgres(folder=self.folder, port=self.port)
        return self._running.url

    def kill(self) -> None:
        """End it and all that it does, at once; its next start is a recovery."""
        os.kill(int((self.folder / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        self.stop()

    def stop(self) -> None:
        """End it in order."""
        if self._running is not None:
            self._running.stop()


@pytest.fixture
def database() -> Iterator[Database]:
    """Return one that is still to be started."""
    server = Database()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder)


@pytest.mark.parametrize("worker", ["gthread", "gevent"])
def test_outage(tmp_path: Path, database: Database, worker: str) -> None:
    """A dead database makes 503 problems, then all is well again; no acknowledged row is lost."""
    url = database.start()
    plain = url.replace("+psycopg", "")
    with psycopg.connect(plain) as connection:
        # As everywhere but in tests.
        connection.execute("ALTER DATABASE postgres SET synchronous_commit = on")
        connection.execute("CREATE TABLE orders (number int PRIMARY KEY)")
    env = {
        "BASELINE_DATABASE_URL": url,
        "BASELINE_DATABASE_READY_MIGRATIONS": "off",
        "BASELINE_HEALTH_CACHE_SECONDS": "0.1",
    }
    args = ("-w", "2", "-k", worker, "--threads", "4", "--preload")
    numbers, stop = count(1), threading.Event()

    def write() -> list[tuple[int, Answer]]:
        answers = []
        while not stop.is_set():
            number = next(numbers)
            answers.append((number, _post(server, f"/orders/{number}")))
        return answers

    with gunicorn(tmp_path, APP, *args, env=env) as server, ThreadPoolExecutor(CLIENTS) as pool:
        server.wait_until(lambda: server.get("/readyz").status == 200)
        clients = [pool.submit(write) for _ in range(CLIENTS)]
        try:
            time.sleep(0.5)
            database.kill()
            server.wait_until(lambda: server.get("/readyz").status == 503)
            assert server.get("/livez").status == 200
            refused = _post(server, "/orders/0")
            database.start()
            server.wait_until(lambda: server.get("/readyz").status == 200)
            time.sleep(0.5)
        finally:
            stop.set()
        answers = [answer for client in clients for answer in client.result()]
        # Both workers are well again.
        after = [_post(server, f"/orders/{next(numbers)}").status for _ in range(20)]

    assert after == [201] * 20
    assert {answer.status for _, answer in answers} == {201, 503}
    assert refused.status == 503
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["Retry-After"]
    assert json.loads(refused.body)["title"] == "Service Unavailable"
    acknowledged = {number for number, answer in answers if answer.status == 201}
    with psycopg.connect(plain) as connection:
        rows = {row[0] for row in connection.execute("SELECT number FROM orders")}
    assert acknowledged - rows == set()


def _post(server: Server, path: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=SECONDS)
    try:
        connection.request("POST", path, headers={"Connection": "close"})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()
