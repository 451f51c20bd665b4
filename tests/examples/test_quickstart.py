"""The quickstart does what the README shows."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from examples import quickstart
from tests.lines import lines_of


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Return a client of the quickstart in the test profile."""
    monkeypatch.setenv("BASELINE_PROFILE", "test")
    return quickstart.create_app().test_client()


def test_greeting(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    """A greeting has the caller's request id, and so have its log line and its access event."""
    # The access event comes when the response is closed.
    with client.get("/hello/pt/Ada", headers={"X-Request-ID": "checkout-42"}) as response:
        assert response.json == {"greeting": "Olá, Ada!"}
        assert response.headers["X-Request-ID"] == "checkout-42"
    greeted, access = lines_of(capsys)
    assert greeted["body"] == "greeted"
    assert greeted["language"] == "pt"
    assert access["http.route"] == "/hello/<language>/<name>"
    assert access["http.response.status_code"] == 200
    assert [greeted["request_id"], access["request_id"]] == ["checkout-42"] * 2


def test_request_id_is_made(client: FlaskClient) -> None:
    """A caller who sends no request id gets one."""
    assert re.fullmatch("[0-9a-f]{32}", client.get("/hello/en/Ada").headers["X-Request-ID"])


def test_unknown_language(client: FlaskClient) -> None:
    """What does not exist is a problem of RFC 9457 that names the choices."""
    response = client.get("/hello/tlh/Ada")

    assert response.status_code == 404
    assert response.mimetype == "application/problem+json"
    assert response.get_json()["languages"] == ["en", "fr", "pt"]


def test_liveness(client: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    """The process is alive, and to say so writes no log line."""
    response = client.get("/livez")

    assert (response.status_code, response.json) == (200, {"status": "pass"})
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("greetings", "status"),
    [
        pytest.param({"en": "Hello"}, 200, id="there"),
        pytest.param({}, 503, id="missing"),
    ],
)
def test_readiness(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, greetings: dict[str, str], status: int
) -> None:
    """The service is ready while its check passes."""
    monkeypatch.setattr(quickstart, "GREETINGS", greetings)

    assert client.get("/readyz").status_code == status
