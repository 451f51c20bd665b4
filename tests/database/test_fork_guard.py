"""A forked process has connections of its own, whoever made the engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CODE = """
import json, os, sys
from concurrent.futures import ThreadPoolExecutor
from flask import Flask
from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline._runtime import runtime_of
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text

kind, url = sys.argv[1:]
app = Flask("shop")
app.config["BASELINE_DATABASE_URL" if kind == "ours" else "SQLALCHEMY_DATABASE_URI"] = url
app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_pre_ping": True}
if kind == "adopted":
    SQLAlchemy(app)
Baseline(app, features=[spec for spec in FEATURES if spec.name == "database"])
engine = runtime_of(app, "database").engine()
ASK = text("SELECT pg_backend_pid(), CAST(:number AS int), pg_sleep(0.002)")

def ask(number):
    with engine.connect() as connection:
        backend, echo, _ = connection.execute(ASK, {"number": number}).one()
        assert echo == number, "the answer of another"
        return backend

def backends(pool):
    return sorted({*pool.map(ask, range(50))})

with ThreadPoolExecutor(2) as pool:
    before = backends(pool)
# Two idle connections are there, and no thread.
ends = []
for _ in range(3):
    reader, writer = os.pipe()
    if not os.fork():
        with ThreadPoolExecutor(2) as pool:
            os.write(writer, json.dumps(backends(pool)).encode())
        engine.dispose()
        sys.stdout.close()
        sys.exit()
    os.close(writer)
    ends.append(reader)
with ThreadPoolExecutor(2) as pool:
    during = backends(pool)
told = []
for reader in ends:
    with open(reader) as file:
        told.append(json.load(file))
for _ in ends:
    assert os.wait()[1] == 0
with ThreadPoolExecutor(2) as pool:
    after = backends(pool)
engine.dispose()
print(json.dumps([before, during, after, *told]))
"""


@pytest.mark.parametrize("kind", ["ours", "adopted"])
def test_no_connection_is_shared(postgres_url: str, kind: str) -> None:
    """Processes that are forked from one with open connections get their own, and leave it its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("BASELINE_", "OTEL_"))}
    # psycopg says of what a child has inherited that it was not closed, which is what it must not do.
    options = ["-W", "error", "-W", "ignore::ResourceWarning"]
    command = [sys.executable, *options, "-c", CODE, kind, postgres_url]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")

    before, during, after, *children = json.loads(done.stdout)

    seen = [backend for process in ({*before, *during, *after}, *children) for backend in process]
    assert len(seen) == len({*seen})
    assert {*before} & {*after}
