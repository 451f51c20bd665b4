"""What the two probes answer, to whom and under which conditions."""

from __future__ import annotations

import logging
from wsgiref.validate import validator

import pytest
from flask import Flask, abort
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import Client

from flask_baseline import Baseline
from flask_baseline._feature import Setup
from flask_baseline._tallies import Tallies
from flask_baseline.health.feature import init_app
from flask_baseline.health.settings import HealthSettings

from .conftest import HEALTH, MakeBaseline

PATHS = pytest.mark.parametrize("path", ["/livez", "/readyz"])


@PATHS
def test_get(make: MakeBaseline, path: str) -> None:
    """A ready process answers GET with 200 and a small JSON body that nothing may cache."""
    _, app = make()
    response = app.test_client().get(path)
    assert response.status_code == 200
    assert response.json == {"status": "pass"}
    assert response.headers.to_wsgi_list() == [
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(response.data))),
        ("Cache-Control", "no-store"),
    ]


@PATHS
def test_head(make: MakeBaseline, path: str) -> None:
    """HEAD has the headers of GET and no body."""
    _, app = make()
    client = app.test_client()
    response = client.head(path)
    assert response.status_code == 200
    assert response.data == b""
    assert response.headers == client.get(path).headers


@PATHS
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"])
def test_other_methods(make: MakeBaseline, path: str, method: str) -> None:
    """Any other method gets 405 with the allowed ones and a problem body."""
    _, app = make()
    # Werkzeug's client changes the method to upper case.
    response = app.test_client().get(path, environ_overrides={"REQUEST_METHOD": method})
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    assert response.content_type == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.get_json(force=True)["status"] == 405


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/health+json", "application/health+json"),
        ("application/json, Application/Health+JSON;q=0.5", "application/health+json"),
        ("application/health+json;q=0, */*", "application/json"),
        ("application/health+json; q=0.00", "application/json"),
        ("application/health+jsonp", "application/json"),
    ],
)
@PATHS
def test_accept(make: MakeBaseline, path: str, accept: str, content_type: str) -> None:
    """The health media type is sent to a client that lists it by name."""
    _, app = make()
    response = app.test_client().get(path, headers={"Accept": accept})
    assert response.headers["Content-Type"] == content_type


@PATHS
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.filterwarnings("ignore:Unknown REQUEST_METHOD")
def test_wsgi(make: MakeBaseline, path: str, method: str) -> None:
    """The answers keep the rules of WSGI."""
    _, app = make()
    response = Client(validator(app.wsgi_app)).open(path, method=method, buffered=True)
    assert response.status_code == (405 if method == "POST" else 200)


@PATHS
def test_nothing_of_the_app_is_in_the_way(path: str) -> None:
    """Routes, hooks and trusted hosts of the app do not touch the probes."""
    app = Flask("shop")
    app.config["TRUSTED_HOSTS"] = ["shop.example"]
    app.add_url_rule("/<path:path>", view_func=lambda path: "the app's")
    app.before_request(lambda: abort(401))
    Baseline(app, features=HEALTH)
    response = app.test_client().get(path, headers={"Host": "10.1.2.3:8000"})
    assert response.status_code == 200
    assert response.json == {"status": "pass"}


def test_custom_paths(make: MakeBaseline) -> None:
    """The paths can be chosen, and the default ones are then the app's."""
    _, app = make(live_path="/health/live", ready_path="/health/ready")
    client = app.test_client()
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 200
    assert client.get("/livez").status_code == 404
    assert client.get("/readyz").status_code == 404


def test_turned_off(make: MakeBaseline) -> None:
    """A feature that is off leaves no probes and no layer around the app."""
    _, app = make(enabled=False)
    assert app.test_client().get("/livez").status_code == 404
    assert app.wsgi_app == Flask.wsgi_app.__get__(app)


def test_liveness_ignores_the_checks(make: MakeBaseline) -> None:
    """A failing dependency must not get the process restarted."""
    baseline, app = make(details="always")

    @baseline.readiness_check("payments")
    def payments() -> bool:
        return False

    client = app.test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez?verbose").json == {"status": "pass"}


_any_text = st.text(st.characters(max_codepoint=255), max_size=40)


def test_malformed_requests(make: MakeBaseline) -> None:
    """Whatever a client sends, a ready process says so."""
    _, app = make(details="token", token="0123456789abcdef")
    client = app.test_client()

    @settings(deadline=None)
    @given(query=_any_text, authorization=_any_text, accept=_any_text)
    def ask(query: str, authorization: str, accept: str) -> None:
        response = client.get(
            "/readyz",
            environ_overrides={
                "QUERY_STRING": query,
                "HTTP_AUTHORIZATION": authorization,
                "HTTP_ACCEPT": accept,
            },
        )
        assert response.status_code == 200

    ask()


def test_a_bug_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    """An error in the probe itself is a 503, logged once, and never a 500."""

    def broken() -> list[object]:
        raise RuntimeError("a bug")

    setup = Setup("prod", "shop", None, frozenset(), {}.get, broken, dict, list, Tallies())  # type: ignore[arg-type]
    probes = init_app(Flask("shop"), HealthSettings(), setup).probes
    client = Client(probes["/readyz"])
    with caplog.at_level(logging.INFO):
        responses = [client.get("/readyz") for _ in range(3)]
    assert [response.status_code for response in responses] == [503, 503, 503]
    assert responses[0].data == b'{"status": "fail"}'
    assert caplog.messages == ["the readiness probe itself failed and answers 503; it is logged once"]
    assert caplog.records[0].exc_info is not None
