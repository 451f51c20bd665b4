"""Ten thousand hostile requests, and each leaves one line that is one valid JSON object."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import structlog
from flask import Flask, request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lines import ACCESS
from tests.steps import call

from .conftest import MakeApp

REQUESTS_AT_ONCE = 20
EXAMPLES = 500

# What a server hands over: bytes as Latin-1, control characters and all; and what JSON can spell.
native = st.text(st.characters(min_codepoint=0, max_codepoint=255), max_size=40)
nasty = st.sampled_from(
    [
        "\r\nSet-Cookie: a=b",
        '","severity_text":"FATAL',
        "\x1b]0;title\x07",
        "\u0085",
        "\x00",
        "%0d%0a",
        "..%2f",
        "{}" * 10,
        "\\",
    ]
)
junk = native | nasty
json_value = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.text(st.characters())
    | st.integers()
    | st.integers(5000, 9000).map(lambda digits: 10**digits)
    | st.sampled_from(["\ud800", "\udfff\ud800", "\u2028"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
hostile_request = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "FOO"]) | native.filter(bool),
        "path": junk.map(lambda path: f"/echo/{path}") | junk,
        "agent": junk,
        "request_id": junk,
        "address": junk,
        "body": st.binary(max_size=40) | junk.map(str.encode),
        "value": json_value,
    }
)


def hostile_app(make_app: MakeApp) -> Flask:
    """An app that logs all that it is sent."""
    app = make_app()

    @app.route("/echo/<path:path>", methods=["GET", "POST"])
    def echo(path: str) -> str:
        agent, body = request.user_agent.string, request.get_data()
        structlog.get_logger().info(path, agent=agent, body=body, value=app.config["SENT"])
        app.logger.warning("%s %s", path, request.headers)
        return ""

    return app


def serve(app: Flask, requests: list[dict[str, Any]]) -> str:
    """Send the requests as a server does, and return what was written to standard output."""
    stdout, sys.stdout = sys.stdout, io.StringIO()
    try:
        for sent in requests:
            app.config["SENT"] = sent["value"]
            environ = {
                "REQUEST_METHOD": sent["method"],
                "PATH_INFO": sent["path"],
                "HTTP_USER_AGENT": sent["agent"],
                "HTTP_X_REQUEST_ID": sent["request_id"],
                "REMOTE_ADDR": sent["address"],
                "CONTENT_LENGTH": str(len(sent["body"])),
                "wsgi.input": io.BytesIO(sent["body"]),
            }
            call(app, **environ).drain()
        return sys.stdout.getvalue()
    finally:
        sys.stdout = stdout


def test_hostile_requests(make_app: MakeApp) -> None:
    """No header, path, method or body of a client can break, forge or lose a line."""
    app = hostile_app(make_app)

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(requests=st.lists(hostile_request, min_size=REQUESTS_AT_ONCE, max_size=REQUESTS_AT_ONCE))
    def ask(requests: list[dict[str, Any]]) -> None:
        written = serve(app, requests)
        lines = [json.loads(line, parse_constant=_refuse) for line in written.splitlines()]
        assert all(isinstance(line, dict) for line in lines)
        events = [line for line in lines if line["body"] == ACCESS and "http.request.method" in line]
        assert len(events) == len(requests)
        assert {line["severity_text"] for line in lines} <= {"INFO", "WARNING"}

    ask()


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")
