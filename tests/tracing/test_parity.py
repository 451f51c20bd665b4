"""Our spans of requests beside those of opentelemetry-instrumentation-flask: equal but where told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from .parity import REQUESTS, TRACEPARENT

Said = Mapping[str, Any]
ABSENT = "absent"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Difference:
    """What we say and the other says, by name, and why that is right."""

    reason: str
    said: Mapping[str, tuple[object, object]]


PORT = Difference(
    "A client that names no port has none; the other's is the server's own, not that of the host asked for.",
    {"server.port": (ABSENT, 80)},
)
NAME = "The path of a request that no rule matches has no limit, and may not be in a name."
EXCEPTION = "The exception is what went wrong; its text may hold secrets, and is in the log alone, redacted."

DIFFERENCES = {
    "404": Difference(NAME, {"name": ("GET", "GET /nope/123")}),
    "405": Difference(NAME, {"name": ("DELETE", "DELETE /orders/7")}),
    "redirect to the path with a slash": Difference(NAME, {"name": ("GET", "GET /folder")}),
    "exception": Difference(
        EXCEPTION,
        {
            "description": (None, "ValueError: secret=hunter2"),
            "error.type": ("ValueError", "500"),
            "events": ([], ["exception"]),
        },
    ),
    "exception that is propagated": Difference(
        f"{EXCEPTION} The client gets a 500 from the server.",
        {
            "description": (None, "ValueError: secret=hunter2"),
            "error.type": ("ValueError", ABSENT),
            "events": ([], ["exception"]),
            "http.response.status_code": (500, ABSENT),
        },
    ),
    "exception that a handler answers 500": Difference(
        EXCEPTION, {"error.type": ("tests.tracing.parity.OutOfStockError", "500")}
    ),
    "stream": Difference(
        "A stream ends with its last byte, and what it calls is a part of the request.",
        {"child is below": (True, False), "child is inside": (True, False)},
    ),
    "stream that breaks": Difference(
        "The client gets half of the body, which is an error.",
        {
            "child is below": (True, False),
            "child is inside": (True, False),
            "error.type": ("ZeroDivisionError", ABSENT),
            "status": ("ERROR", "UNSET"),
        },
    ),
    "query": Difference("A query may hold secrets.", {"url.query": (ABSENT, "token=abc&sig=zzz")}),
    "below a root": Difference(
        "The root of the app is a part of the path and of the route.",
        {
            "http.route": ("/shop/orders/<int:id>", "/orders/<int:id>"),
            "name": ("GET /shop/orders/<int:id>", "GET /orders/<int:id>"),
            "url.path": ("/shop/orders/7", "/orders/7"),
        },
    ),
    "404 below a root": Difference(
        f"The root of the app is a part of the path. {NAME}",
        {"name": ("GET", "GET /nope"), "url.path": ("/shop/nope", "/nope")},
    ),
    "host with a port": Difference(
        "The address has no port, which has its own attribute.",
        {"server.address": ("shop.example", "shop.example:8443"), "server.port": (8443, 8443)},
    ),
    "host that is an IPv6 address": Difference(
        "The address has no port and no brackets, and the port is that of the address.",
        {"server.address": ("2001:db8::1", "[2001:db8::1]:8080"), "server.port": (8080, 80)},
    ),
    "client": Difference("The client's port is of no use to anybody.", {"client.port": (ABSENT, 4711)}),
}


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, Said]]:
    """Return what both say of each request."""
    command = [sys.executable, "-c", "from tests.tracing import parity; parity.main()"]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("BASELINE_", "OTEL_"))}
    run = subprocess.run(command, capture_output=True, cwd=ROOT, env=env, check=True, timeout=120)
    return json.loads(run.stdout)


@pytest.mark.parametrize("name", [name for name in REQUESTS if name != "hook that aborts"])
def test_they_say_the_same(answers: dict[str, dict[str, Said]], name: str) -> None:
    """The two spans are equal but for the differences in the table, each of which has its reason."""
    ours, theirs = answers[name]["ours"], answers[name]["theirs"]
    said = {key: (ours.get(key, ABSENT), theirs.get(key, ABSENT)) for key in {*ours, *theirs}}
    expected = {**PORT.said, **(DIFFERENCES[name].said if name in DIFFERENCES else {})}
    differing = {key: both for key, both in said.items() if both[0] != both[1]}
    assert differing == {key: both for key, both in expected.items() if both[0] != both[1]}
    assert {key: said[key] for key in expected} == expected


def test_a_hook_that_aborts(answers: dict[str, dict[str, Said]]) -> None:
    """A request that an earlier hook of the app answers has a span, where the other makes none."""
    ours, theirs = answers["hook that aborts"].values()
    assert theirs == {"spans": 0}
    assert (ours["name"], ours["http.response.status_code"], ours["status"]) == ("GET /locked", 401, "UNSET")


def test_what_both_say(answers: dict[str, dict[str, Said]]) -> None:
    """What the two agree on is not nothing."""
    assert answers["200"]["ours"] == {
        "spans": 1,
        "name": "GET /",
        "status": "UNSET",
        "description": None,
        "parent": None,
        "trace": False,
        "events": [],
        "http.request.method": "GET",
        "http.route": "/",
        "http.response.status_code": 200,
        "url.path": "/",
        "url.scheme": "http",
        "server.address": "localhost",
        "network.protocol.version": "1.1",
    }
    unknown = answers["unknown method"]["ours"]
    assert (unknown["name"], unknown["http.request.method"]) == ("HTTP", "_OTHER")
    assert unknown["http.request.method_original"] == "FOO"
    trace_id, span_id = TRACEPARENT.split("-")[1:3]
    assert (answers["traceparent"]["ours"]["trace"], answers["traceparent"]["ours"]["parent"]) == (
        trace_id,
        span_id,
    )
    assert answers["client"]["ours"]["client.address"] == "203.0.113.7"
    assert answers["user agent"]["ours"]["user_agent.original"] == "curl/8.0"
    assert answers["HTTP/1.0"]["ours"]["network.protocol.version"] == "1.0"
    assert answers["https"]["ours"]["url.scheme"] == "https"
    assert answers["stream"]["ours"]["child is inside"]
