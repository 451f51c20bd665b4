"""Calls of libraries: spans below that of the request, switched off by a key, and never in the way."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests

from flask_baseline import ConfigError
from flask_baseline.testing import captured_spans
from tests.services import valkey
from tests.steps import call

from .conftest import MakeApp, run, spans_of

CALLS = {
    "requests": "requests.get(URL, timeout=30).text",
    "httpx": "httpx.get(URL, timeout=30).text",
    "urllib3": 'urllib3.PoolManager().request("GET", URL).data.decode()',
    "sqlalchemy": 'DATABASE.connect().execute(sqlalchemy.text("SELECT 7")).scalar()',
    "redis": 'redis.Redis.from_url(REDIS).get("shop")',
}

ASK = """
import json, os, sys
from tests.tracing.conftest import *
import httpx, redis, requests, sqlalchemy, urllib3

URL, REDIS, CALLS = os.environ["URL"], os.environ["REDIS"], json.loads(os.environ["CALLS"])

def make(name, *libraries):
    global DATABASE
    app = Flask(name)
    app.config.update(BASELINE_TRACING_EXPORTER="memory", BASELINE_TRACING_LIBRARIES=libraries)
    Baseline(app, features=TRACING)
    DATABASE = sqlalchemy.create_engine("sqlite://")
    app.add_url_rule("/<library>", "view", lambda library: str(eval(CALLS[library])))
    return app

def tell(app):
    told = {}
    for library in CALLS:
        with captured_spans(app) as spans:
            body = call(app, f"/{library}").drain().decode()
        request = spans[-1].context
        told[library] = {"body": body, "spans": [
            {"kind": span.kind.name, "scope": span.instrumentation_scope.name,
             "attributes": dict(span.attributes),
             "id": f"{span.context.span_id:016x}", "trace": f"{span.context.trace_id:032x}",
             "is_below": span.parent is not None and span.parent.span_id == request.span_id}
            for span in spans[:-1]
        ]}
    return told

both = make("shop", *CALLS)
print(json.dumps([tell(both), tell(make("stock", "redis")), tell(make("quiet"))]))
"""


class Echo(BaseHTTPRequestHandler):
    """Answers with the trace that it was sent."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers.get("traceparent", "none").encode())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    """Return what calls leave in three apps of one process: with all libraries, with one and with none."""
    folder: Path = tmp_path_factory.mktemp("valkey")
    with valkey(folder) as redis, ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        env = {"URL": f"http://127.0.0.1:{server.server_port}/", "REDIS": redis, "CALLS": json.dumps(CALLS)}
        yield json.loads(run(ASK, **env).stdout)
        server.shutdown()


@pytest.mark.parametrize("library", ["requests", "httpx", "urllib3"])
def test_a_call_by_http(told: list[dict[str, Any]], library: str) -> None:
    """A call is one client span below that of the request, with stable names, and carries the trace on."""
    (span,) = told[0][library]["spans"]
    assert (span["kind"], span["scope"]) == ("CLIENT", f"opentelemetry.instrumentation.{library}")
    assert span["is_below"]
    assert span["attributes"]["http.request.method"] == "GET"
    assert span["attributes"]["http.response.status_code"] == 200
    assert not {"http.method", "http.url", "http.status_code"} & {*span["attributes"]}
    assert told[0][library]["body"] == f"00-{span['trace']}-{span['id']}-01"


@pytest.mark.parametrize(("library", "statement"), [("sqlalchemy", "SELECT 7"), ("redis", "GET ?")])
def test_a_call_of_a_database(told: list[dict[str, Any]], library: str, statement: str) -> None:
    """A statement is one client span below that of the request, which has its text."""
    # The first versions of these instrumentations have no stable names yet.
    spans = {
        attributes.get("db.query.text", attributes.get("db.statement")): span
        for span in told[0][library]["spans"]
        for attributes in [span["attributes"]]
    }
    span = spans[statement]
    assert (span["kind"], span["scope"]) == ("CLIENT", f"opentelemetry.instrumentation.{library}")
    assert span["is_below"]


def test_other_apps_of_the_process(told: list[dict[str, Any]]) -> None:
    """An app has the spans of the libraries that it lists, and those alone, whatever another app lists."""
    scopes = [{library: bool(said["spans"]) for library, said in of.items()} for of in told]
    assert scopes == [
        dict.fromkeys(CALLS, True),
        {**dict.fromkeys(CALLS, False), "redis": True},
        dict.fromkeys(CALLS, False),
    ]
    assert {said["body"] for of in told for library, said in of.items() if library == "sqlalchemy"} == {"7"}


def test_a_library_that_is_not_known(make_app: MakeApp) -> None:
    """A name that is none of the libraries is refused at start."""
    with pytest.raises(ConfigError, match="BASELINE_TRACING_LIBRARIES"):
        make_app(libraries=("requests", "carrier-pigeon"))


def fake(name: str, spec: ModuleSpec | None) -> ModuleType:
    """Return a module with nothing in it."""
    module = ModuleType(name)
    module.__spec__ = spec
    return module


INSTRUMENTATION = "opentelemetry.instrumentation.httpx"


@pytest.mark.parametrize(
    ("name", "module", "lines"),
    [
        ("httpx", None, []),
        ("httpx", fake("httpx", None), []),
        (INSTRUMENTATION, None, []),
        (INSTRUMENTATION, fake(INSTRUMENTATION, None), []),
        (
            INSTRUMENTATION,
            fake(INSTRUMENTATION, ModuleSpec(INSTRUMENTATION, None)),
            ["httpx cannot be instrumented, and has no spans"],
        ),
    ],
    ids=["absent", "stub", "no instrumentation", "stub of it", "broken"],
)
def test_what_cannot_be_instrumented(
    make_app: MakeApp,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
    module: ModuleType | None,
    lines: list[str],
) -> None:
    """A library or an instrumentation that is absent or broken has no spans, and the app starts."""
    monkeypatch.setitem(sys.modules, name, module)
    app = make_app(libraries=("httpx",))
    assert len(spans_of(app)) == 1
    assert caplog.messages == lines


def test_the_operators_choice_of_names(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """`OTEL_SEMCONV_STABILITY_OPT_IN` stays as the operator has set it."""
    monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", "database")
    make_app(libraries=())
    assert os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] == "database"


def test_an_error_of_a_call(make_app: MakeApp) -> None:
    """What a library raises reaches the view as ever."""
    app = make_app(libraries=("requests",))

    @app.get("/")
    def view() -> str:
        with suppress(requests.ConnectionError):
            requests.get("http://127.0.0.1:1/", timeout=5)
        return "ok"

    with captured_spans(app) as spans:
        assert call(app).drain() == b"ok"
    assert [span.name for span in spans] == ["GET", "GET /"]
