"""What a server lets a client say of itself: nothing, unless BASELINE_INGRESS_PROXY_HOPS allows it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from .server import Server, asgi, gunicorn, uwsgi

APP = """
from flask import Flask, request
from flask_baseline import Baseline

app = Flask("shop")
Baseline(app)

@app.get("/")
def index():
    return {"scheme": request.scheme, "address": request.remote_addr, "root": request.root_path}
"""

Run = Callable[[Path, Mapping[str, str]], AbstractContextManager[Server]]

SERVERS: dict[str, Run] = {
    "gunicorn": lambda folder, env: gunicorn(
        folder, APP, "-c", "python:flask_baseline.deploy.gunicorn", env={**env, "FORWARDED_ALLOW_IPS": "*"}
    ),
    "uwsgi": lambda folder, env: uwsgi(folder, APP, env=env),
    "uvicorn": lambda folder, env: asgi(folder, APP, "uvicorn", "--no-proxy-headers", env=env),
    "hypercorn": lambda folder, env: asgi(folder, APP, "hypercorn", env=env),
}

each_server = pytest.mark.parametrize("run", SERVERS.values(), ids=SERVERS)

DIRECT = {"scheme": "http", "address": "127.0.0.1", "root": ""}


@each_server
def test_no_hop(tmp_path: Path, run: Run) -> None:
    """Without a proxy no header changes the scheme, the address or the root, however it is spelt."""
    forged = [
        {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Prefix": "/evil"},
        {"X-Forwarded-Ssl": "on"},
        {"X-Forwarded-Protocol": "ssl"},
        {"X-Forwarded-Proto": "gopher"},
        {"X_Forwarded_Proto": "https", "SCRIPT_NAME": "/evil"},
        {"Forwarded": "for=192.0.2.7;proto=https"},
    ]
    with run(tmp_path, {}) as server:
        for headers in forged:
            answer = server.get("/", headers)
            assert (answer.status, json.loads(answer.body)) == (200, DIRECT), headers


@each_server
def test_one_hop(tmp_path: Path, run: Run) -> None:
    """With one proxy its value counts, and not what a client has said before it, however it is spelt."""
    env = {"BASELINE_INGRESS_PROXY_HOPS": "1"}
    with run(tmp_path, env) as server:
        headers = {
            "X_Forwarded_For": "192.0.2.1",
            "X-Forwarded-For": "192.0.2.1, 192.0.2.7",
            "X-Forwarded-Proto": "https",
        }
        expected = DIRECT | {"scheme": "https", "address": "192.0.2.7"}
        assert json.loads(server.get("/", headers).body) == expected
        assert json.loads(server.get("/").body) == DIRECT


@pytest.mark.parametrize("run", [SERVERS["uvicorn"], SERVERS["hypercorn"]], ids=["uvicorn", "hypercorn"])
def test_spelt_otherwise_behind_the_proxy(tmp_path: Path, run: Run) -> None:
    """A header that WSGI would take for the proxy's, and comes after it, is left out under ASGI servers."""
    with run(tmp_path, {"BASELINE_INGRESS_PROXY_HOPS": "1"}) as server:
        headers = {"X-Forwarded-For": "192.0.2.7", "X_Forwarded_For": "192.0.2.1"}
        assert json.loads(server.get("/", headers).body)["address"] == "192.0.2.7"
