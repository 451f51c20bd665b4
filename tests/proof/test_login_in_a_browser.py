"""A real browser logs in with cookies, by the script of the how-to, and other sites cannot use them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.proof.test_clients import run, tools
from tests.servers.server import Server, gunicorn

from .conftest import ROOT
from .test_cors_in_a_browser import page_port

__all__ = ["page_port", "tools"]

APP = """
from flask import Flask, request
from flask_baseline import Baseline
from flask_baseline.auth import current_identity, issue_tokens, require_auth

app = Flask("shop")
Baseline(app)
app.add_url_rule("/page", "page", lambda: "<!doctype html><title>shop</title>")
app.add_url_rule("/login", "login", lambda: issue_tokens(request.form["name"]), methods=["POST"])

@app.route("/orders", methods=["GET", "POST"])
@require_auth
def orders():
    if request.method == "POST":
        print("handled", request.get_data(as_text=True), flush=True)
    return {"of": current_identity.subject}
"""

ENV = {
    "BASELINE_PROFILE": "test",
    "BASELINE_JWT_ENABLED": "true",
    "BASELINE_JWT_TRANSPORT": "cookie",
    "BASELINE_JWT_ACCESS_SECONDS": "2",
    "BASELINE_JWT_LEEWAY_SECONDS": "0",
    "BASELINE_JWT_REFRESH_PATH": "/auth/refresh",
    "BASELINE_JWT_LOGOUT_PATH": "/auth/logout",
    # The snippet is put into the page from outside.
    "BASELINE_HEADERS_ENABLED": "false",
}


@pytest.fixture(scope="module")
def seen(
    tools: Path, page_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[dict[str, Any], Server]]:
    """Return what the browser has seen, and the server that answered."""
    folder = tmp_path_factory.mktemp("login")
    page = (ROOT / "docs" / "how-to" / "use-cookies-and-csrf.md").read_text(encoding="utf-8")
    snippet = re.search(r"```js\n(.*?)```", page, re.DOTALL)
    assert snippet is not None
    (folder / "snippet.js").write_text(snippet[1], encoding="utf-8")
    with gunicorn(folder, APP, "--workers", "1", "--threads", "4", env=ENV) as server:
        pages = (f"http://{host}:{page_port}" for host in ("evil.shop.test", "foreign.test"))
        printed = run(
            tools, "login.js", f"http://shop.test:{server.port}", *pages, str(folder / "snippet.js")
        )
        yield json.loads(printed), server


def test_login(seen: tuple[dict[str, Any], Server]) -> None:
    """A login gives the page cookies that its scripts cannot read, and a value that they can."""
    found, _ = seen
    assert found["before"] == 401
    assert found["login"] == {"expires_in": 2}
    assert found["readable"] == ["csrf", "refresh-csrf"]
    assert found["read"] == {"of": "ann"}
    assert found["written"] == 200


def test_csrf(seen: tuple[dict[str, Any], Server]) -> None:
    """Without the value nothing is written, and neither a host of the domain nor a foreign site can write."""
    found, server = seen
    assert found["withoutTheValue"] == [403, "csrf_failed"]
    # The first is sent, and its answer is not to be read; the second does not pass its preflight.
    assert found["sibling"] == found["foreign"] == ["opaque", "TypeError"]
    assert [line for line in server.stdout.splitlines() if line.startswith("handled")] == ["handled ours"]


def test_two_tabs(seen: tuple[dict[str, Any], Server]) -> None:
    """Two tabs whose token has expired refresh at once, and both go on, again and again."""
    found, _ = seen
    assert found["expired"] == "token_expired"
    assert found["tabs"] == [[200, 200], [200, 200]]


def test_logout(seen: tuple[dict[str, Any], Server]) -> None:
    """A logout in one tab is one in both, and only the cookie is left that the sibling has planted."""
    found, _ = seen
    assert found["logout"] == 204
    assert found["after"] == [401, 401]
    assert found["left"] == "csrf=known"
