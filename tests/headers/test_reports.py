"""The route that takes browsers' reports, and what a page says of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from flask_baseline.headers.policies import API_CSP, HTML_CSP
from tests.lines import lines_of

from .conftest import MakeApp, policy

OLD = {
    "document-uri": "https://shop.example/cart?token=hunter2",
    "blocked-uri": "https://evil.example/x.js#hunter2",
    "effective-directive": "script-src-elem",
    "disposition": "report",
    "source-file": "https://shop.example/app.js",
    "line-number": 12,
    "script-sample": "hunter2",
    "original-policy": "default-src 'none'",
}
NEW = {
    "documentURL": OLD["document-uri"],
    "blockedURL": OLD["blocked-uri"],
    "effectiveDirective": OLD["effective-directive"],
    "disposition": "report",
    "sourceFile": OLD["source-file"],
    "lineNumber": 12,
    "sample": "hunter2",
}
FIELDS = {
    "csp.document": "https://shop.example/cart",
    "csp.blocked": "https://evil.example/x.js",
    "csp.directive": "script-src-elem",
    "csp.disposition": "report",
    "csp.source": "https://shop.example/app.js",
    "csp.line": 12,
    "csp.not_logged": 0,
}


def one_new(body: Any = NEW) -> list[dict[str, Any]]:
    """Return a report as the newer interface sends it."""
    return [
        {"type": "csp-violation", "age": 1, "url": "https://shop.example/", "user_agent": "x", "body": body}
    ]


@pytest.fixture
def client(make: MakeApp) -> FlaskClient:
    """Return a client of an app that takes reports."""
    return make(report_path="/reports").test_client()


def send(client: FlaskClient, body: object, content_type: str = "application/reports+json") -> None:
    """Send a report; the answer says nothing, whatever it was."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with client.post("/reports", data=data, content_type=content_type) as answer:
        assert (answer.status_code, answer.data) == (204, b"")


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the lines that are reports."""
    return [line for line in lines_of(capsys) if line["body"].startswith("a browser reports")]


def fields(line: dict[str, Any]) -> dict[str, Any]:
    """Return what a line has of the report."""
    return {name: value for name, value in line.items() if name.startswith("csp.")}


def test_it_is_opt_in(make: MakeApp) -> None:
    """Without a path there is no route, and no page names one."""
    client = make().test_client()

    assert client.post("/reports", json={}).status_code == 404
    assert "report" not in policy(client.get("/page"))
    assert "Reporting-Endpoints" not in client.get("/page").headers


@pytest.mark.parametrize(
    ("options", "uri"),
    [
        ({"report_path": "/reports"}, "/reports"),
        ({"content_security_policy_report_uri": "https://r.example/csp?a=b"}, "https://r.example/csp?a=b"),
        ({"content_security_policy_report_uri": "/elsewhere", "report_path": "/reports"}, "/elsewhere"),
    ],
)
def test_a_page_names_it(make: MakeApp, options: dict[str, object], uri: str) -> None:
    """A page, and all else, tells browsers of both kinds where to report."""
    client = make(**options).test_client()

    for path, expected in (("/page", HTML_CSP), ("/json", API_CSP)):
        answer = client.get(path)
        assert policy(answer) == f"{expected}; report-uri {uri}; report-to csp"
        assert answer.headers["Reporting-Endpoints"] == f'csp="{uri}"'


def test_under_a_prefix(make: MakeApp) -> None:
    """An app that is served below a prefix names the route below it, and nothing else that a proxy says."""
    client = Client(DispatcherMiddleware(make(), {"/sh;op": make(report_path="/reports")}))

    assert policy(client.get("/sh;op/page")).endswith("; report-uri /sh%3Bop/reports; report-to csp")
    assert client.get("/sh;op/page").headers["Reporting-Endpoints"] == 'csp="/sh%3Bop/reports"'
    assert client.post("/sh;op/reports", data=b"", content_type="application/json").status_code == 204


def test_what_a_policy_says_itself(make: MakeApp) -> None:
    """A policy that says where to report keeps it."""
    own = "default-src 'self'; report-uri /mine; report-to mine"
    client = make(report_path="/reports", content_security_policy=own).test_client()

    assert policy(client.get("/page")) == own


def test_report_only(make: MakeApp) -> None:
    """For an old app, the policy of pages may report and forbid nothing; that of all else holds."""
    client = make(content_security_policy_report_only=True, report_path="/reports").test_client()
    page, data = client.get("/page").headers, client.get("/json").headers

    assert "Content-Security-Policy" not in page
    expected = f"{HTML_CSP}; report-uri /reports; report-to csp"
    assert page["Content-Security-Policy-Report-Only"] == expected
    assert page["X-Frame-Options"] == "DENY"
    assert data["Content-Security-Policy"].startswith(API_CSP)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/csp-report", {"csp-report": OLD}),
        ("application/json", {"csp-report": OLD}),
        ("application/reports+json", one_new()),
        ("Application/Reports+JSON; charset=utf-8", one_new()),
    ],
    ids=["old", "old-as-json", "new", "new-with-charset"],
)
def test_a_report_is_logged(
    client: FlaskClient, capsys: pytest.CaptureFixture[str], content_type: str, body: object
) -> None:
    """A report of either format is one warning that names the key, without queries and samples."""
    send(client, body, content_type)
    (line,) = logged(capsys)

    assert line["severity_text"] == "WARNING"
    assert "BASELINE_HEADERS_CONTENT_SECURITY_POLICY" in line["body"]
    assert fields(line) == FIELDS
    assert "hunter2" not in json.dumps(line)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        pytest.param("text/plain", {"csp-report": OLD}, id="type"),
        pytest.param("application/x-www-form-urlencoded", {"csp-report": OLD}, id="form"),
        pytest.param("application/reports+json", b"", id="empty"),
        pytest.param("application/reports+json", b"{", id="broken"),
        pytest.param("application/reports+json", b"\xff\xfe\x00", id="bytes"),
        pytest.param("application/reports+json", b"[" * 60_000, id="deep"),
        pytest.param("application/reports+json", b"1" * 60_000, id="large-number"),
        pytest.param("application/reports+json", b"null", id="null"),
        pytest.param("application/reports+json", b'"csp-report"', id="text"),
        pytest.param("application/reports+json", [1, None, [], "x", {}], id="items"),
        pytest.param("application/reports+json", [{"type": "coep", "body": NEW}], id="other-report"),
        pytest.param("application/reports+json", one_new("text"), id="body-is-text"),
        pytest.param("application/reports+json", {"csp-report": [OLD]}, id="report-is-list"),
        pytest.param("application/reports+json", one_new({"sample": "x" * 65_536}), id="too-large"),
    ],
)
def test_what_is_no_report(
    client: FlaskClient, capsys: pytest.CaptureFixture[str], content_type: str, body: object
) -> None:
    """Anything else is answered in the same way, and is not logged."""
    send(client, body, content_type)

    assert [line for line in lines_of(capsys) if line["body"] != "http.server.request"] == []


def test_hostile_fields(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    """Fields of other types are left out, long ones cut, and no character makes a second line."""
    hostile = {
        "documentURL": "https://a.example/\n{'forged': 1}\r\x1b[31m\u2028\ud800",
        "blockedURL": "x" * 10_000,
        "effectiveDirective": ["script-src"],
        "disposition": {"a": "b"},
        "sourceFile": None,
        "lineNumber": 10**400,
    }
    send(client, one_new(hostile))
    (line,) = logged(capsys)

    found = fields(line)
    assert found.keys() == {"csp.document", "csp.blocked", "csp.line", "csp.not_logged"}
    assert found["csp.blocked"] == "x" * 512
    assert "forged" in found["csp.document"]


def test_a_body_without_a_length(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    """A report in chunks is taken too."""
    from io import BytesIO

    data = json.dumps(one_new()).encode()
    environ = {
        "wsgi.input": BytesIO(data),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    with client.post(
        "/reports", content_type="application/reports+json", environ_overrides=environ
    ) as answer:
        assert answer.status_code == 204
    assert [fields(line) for line in logged(capsys)] == [FIELDS]


def test_a_flood(client: FlaskClient, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    """Of many reports in a minute thirty are logged, and the next minute's first says how many were not."""
    now = 1_000.0
    monkeypatch.setattr("flask_baseline.headers.reports.time.monotonic", lambda: now)
    send(client, one_new() * 25)
    send(client, one_new() * 25)
    assert len(logged(capsys)) == 30
    now += 61
    send(client, one_new() * 2)
    assert [line["csp.not_logged"] for line in logged(capsys)] == [20, 0]


def test_it_only_takes_posts(client: FlaskClient) -> None:
    """There is nothing to read there."""
    assert client.get("/reports").status_code == 405
