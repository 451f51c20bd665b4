"""Connections to a real PostgreSQL in the workers of real servers."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from .server import Server, gunicorn, uwsgi

REQUESTS = 300
CLIENTS = 8

APP = """
import os
from flask import Flask, abort
from sqlalchemy import text
from flask_baseline import Baseline
from flask_baseline.database import db

app = Flask("shop")
Baseline(app)

def backend():
    return db.session.scalar(text("SELECT pg_backend_pid()"))

@app.get("/echo/<int:number>")
def echo(number):
    query = text("SELECT CAST(:number AS int), pg_backend_pid(), pg_sleep(0.002)")
    echoed, pid, _ = db.session.execute(query, {"number": number}).one()
    return {"number": echoed, "backend": pid, "worker": os.getpid()}

@app.get("/nothing")
def nothing():
    return "nothing"

@app.get("/stream")
def stream():
    # More than any buffer takes between here and the client.
    query = text("SELECT repeat('x', 10000) FROM generate_series(1, 400)")
    return (line for line in db.session.scalars(query.execution_options(yield_per=10)))

@app.get("/broken-stream")
def broken_stream():
    session = db.session
    def lines():
        yield str(session.scalar(text("SELECT 1")))
        raise RuntimeError("half-way")
    return lines()

@app.get("/raises")
def raises():
    backend()
    raise RuntimeError("no")

@app.get("/aborts")
def aborts():
    backend()
    abort(409)

# As an app that looks something up while it is made.
with app.app_context():
    made_with = backend()

@app.get("/made-with")
def look():
    return {"backend": made_with}
"""

Run = Callable[..., AbstractContextManager[Server]]

PRELOADED = pytest.mark.parametrize(
    ("run", "args"),
    [
        pytest.param(gunicorn, ("-w", "2", "--preload"), id="sync"),
        pytest.param(gunicorn, ("-w", "2", "--threads", "4", "--preload"), id="gthread"),
        pytest.param(gunicorn, ("-w", "2", "-k", "gevent", "--preload"), id="gevent"),
        pytest.param(uwsgi, (), id="uwsgi"),
    ],
)
"""Servers that load the app once, and fork."""


@PRELOADED
def test_no_connection_is_shared(tmp_path: Path, run: Run, args: tuple[str, ...], postgres_url: str) -> None:
    """Workers of an app that has used its database before they were forked share no connection."""

    def ask(number: int) -> dict[str, Any]:
        answer = server.get(f"/echo/{number}")
        assert answer.status == 200, answer.body
        found: dict[str, Any] = json.loads(answer.body)
        return found

    with run(tmp_path, APP, *args, env=_env(postgres_url)) as server, ThreadPoolExecutor(CLIENTS) as pool:
        answers = [*pool.map(ask, range(REQUESTS))]
        parents = json.loads(server.get("/made-with").body)["backend"]

    assert [answer["number"] for answer in answers] == [*range(REQUESTS)]
    backends: dict[int, set[int]] = {}
    for answer in answers:
        backends.setdefault(answer["worker"], set()).add(answer["backend"])
    one, other = backends.values()
    assert one & other == set()
    assert parents not in one | other


@PRELOADED
def test_no_connection_is_kept(tmp_path: Path, run: Run, args: tuple[str, ...], postgres_url: str) -> None:
    """When requests are over, answered, failed, streamed or left by their client, no transaction is open."""
    paths = ["/echo/1", "/raises", "/aborts", "/broken-stream", "/stream", "LEAVE"] * 5

    with run(tmp_path, APP, *args, env=_env(postgres_url)) as server:
        with ThreadPoolExecutor(CLIENTS) as pool:
            statuses = [*pool.map(lambda path: _visit(server, path), paths)]
        assert statuses == [200, 500, 409, 200, 200, 200] * 5
        # A worker notices at its next write that the client has left.
        server.wait_until(lambda: _busy(postgres_url) == 0)
        assert server.get("/echo/1").status == 200


@pytest.mark.parametrize("path", ["/nothing", "/echo/1"], ids=["without", "with"])
def test_gevent(tmp_path: Path, path: str, postgres_url: str) -> None:
    """200 concurrent requests in greenlets are answered, with the database and without."""
    args = ("-w", "2", "-k", "gevent", "--preload")
    barrier = threading.Barrier(200)

    def ask(_: int) -> int:
        barrier.wait()
        return server.get(path).status

    with gunicorn(tmp_path, APP, *args, env=_env(postgres_url)) as server, ThreadPoolExecutor(200) as pool:
        assert [*pool.map(ask, range(200))] == [200] * 200


def _env(url: str) -> dict[str, str]:
    # Every client waits for its turn: as many greenlets share few connections.
    return {
        "BASELINE_DATABASE_URL": f"{url}?application_name=shop",
        "BASELINE_DATABASE_POOL_TIMEOUT": "20",
        "BASELINE_DATABASE_READY_MIGRATIONS": "off",
        "BASELINE_HEALTH_DRAIN_SECONDS": "0",
    }


def _busy(url: str) -> int:
    """Return how many connections of the workers are in a transaction."""
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'shop' AND state <> 'idle'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def _visit(server: Server, path: str) -> int:
    if path == "LEAVE":
        return _leave(server, "/stream")
    try:
        return server.get(path).status
    except http.client.IncompleteRead:
        # The status was sent before the stream broke.
        return 200


def _leave(server: Server, path: str) -> int:
    """Read the begin of an answer and leave."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        line = client.recv(64)
    return int(line.split()[1])
