"""A real browser lets the pages of a good origin use the app, and those of another one not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.proof.test_clients import run, tools
from tests.servers.server import Server, gunicorn

__all__ = ["tools"]

APP = """
from flask import Flask, Response, abort, redirect, request
from pydantic import BaseModel
from flask_baseline import Baseline, Body, endpoint

app = Flask("shop")
Baseline(app)

class Order(BaseModel):
    amount: int

@app.post("/api/cookie")
def cookie():
    response = Response(status=204)
    response.set_cookie("who", "ann", samesite="Lax", httponly=True)
    return response

@app.route("/api/orders", methods=["GET", "POST"])
def orders():
    print(f"handled {request.method}", flush=True)
    return {"who": request.cookies.get("who")}, 200, {"X-Own": "hidden"}

@app.put("/api/orders")
@endpoint
def put(body: Body[Order]) -> Order:
    print("handled PUT", flush=True)
    return body

app.delete("/api/orders", endpoint="delete")(lambda: print("handled DELETE", flush=True) or "")
app.add_url_rule("/api/stream", "stream", lambda: (part for part in ("a", "b")))
app.add_url_rule("/api/orders/", "slash", lambda: redirect("/api/orders"))
app.add_url_rule("/api/login", "login", lambda: abort(401))
app.add_url_rule("/api/fails", "fails", lambda: 1 / 0)
app.add_url_rule("/internal", "internal", lambda: "internal")
"""


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>page</title>")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def page_port() -> Iterator[int]:
    """Serve an empty page for every host, and return the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def seen(
    tools: Path, page_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[dict[str, Any], dict[str, Any], Server]]:
    """Return what the pages of a good and of a foreign origin have read, and the server that answered."""
    good, foreign = f"http://app.shop.test:{page_port}", f"http://foreign.test:{page_port}"
    env = {
        "BASELINE_PROFILE": "test",
        "BASELINE_VALIDATION_PROBLEMS": "always",
        "BASELINE_CORS_ORIGINS": good,
        "BASELINE_CORS_CREDENTIALS": "true",
        "BASELINE_CORS_METHODS": "GET,POST,PUT",
        "BASELINE_CORS_PATHS": "/api",
    }
    with gunicorn(tmp_path_factory.mktemp("shop"), APP, "--threads", "4", env=env) as server:
        printed = run(tools, "cors.js", f"http://api.shop.test:{server.port}", good, foreign)
        found = json.loads(printed)
        yield found[good], found[foreign], server


def test_a_good_page_reads_answers(seen: tuple[dict[str, Any], dict[str, Any], Server]) -> None:
    """It reads answers, redirects and streams, sends JSON with a token, and has its cookies if it asks."""
    good, _, _ = seen
    texts = {name: good[name]["text"] for name in ("read", "with-cookie", "plain-post", "put", "streamed")}
    assert {name: text if name == "streamed" else json.loads(text) for name, text in texts.items()} == {
        "read": {"who": None},
        "with-cookie": {"who": "ann"},
        "plain-post": {"who": None},
        "put": {"amount": 1},
        "streamed": "ab",
    }
    assert json.loads(good["redirected"]["text"]) == {"who": None}


def test_a_good_page_reads_errors(seen: tuple[dict[str, Any], dict[str, Any], Server]) -> None:
    """The status, the problem and the id of an error reach the script, so that it can show them."""
    good, _, _ = seen
    for name, status in (("unauthorized", 401), ("missing", 404), ("invalid", 422), ("failing", 500)):
        assert good[name]["status"] == status
        assert json.loads(good[name]["text"])["status"] == status
        assert good[name]["id"]


def test_a_good_page_gets_no_more_than_that(seen: tuple[dict[str, Any], dict[str, Any], Server]) -> None:
    """What is not listed stays out of reach: methods, headers of both directions, other paths."""
    good, _, _ = seen
    refused = ("unlisted-method", "unlisted-header", "outside-of-the-paths")
    assert {name: good[name] for name in refused} == dict.fromkeys(refused, "TypeError")
    assert good["read"]["own"] is None


def test_a_foreign_page_reads_nothing(seen: tuple[dict[str, Any], dict[str, Any], Server]) -> None:
    """No answer and no error reaches it, and what needs a preflight is never sent."""
    _, foreign, server = seen
    assert foreign == dict.fromkeys(foreign, "TypeError")
    handled = [line for line in server.stdout.splitlines() if line.startswith("handled")]
    assert handled.count("handled PUT") == 1
    assert "handled DELETE" not in handled
