"""The site does what a browser needs under its policy."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from examples import site


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Return a client of the site in production."""
    monkeypatch.setenv("BASELINE_PROFILE", "prod")
    return site.create_app().test_client()


def test_the_page(client: FlaskClient) -> None:
    """Its one script and its one style have the nonce of the policy, which allows nothing else inline."""
    page = client.get("/", base_url="https://localhost")
    policy = page.headers["Content-Security-Policy"]
    (nonce,) = set(re.findall("'nonce-([^']+)'", policy))

    assert re.findall("<(?:script|style)([^>]*)>", page.text) == [f' nonce="{nonce}"'] * 2
    assert "unsafe" not in policy
    assert page.headers["Cache-Control"] == "no-store"


def test_a_note(client: FlaskClient) -> None:
    """A note is on the page, escaped, and whoever adds one comes back to the site."""
    answer = client.post("/notes?next=//evil.example/", data={"text": "<script>alert(1)</script>"})

    assert (answer.status_code, answer.location) == (303, "/")
    assert "<li>&lt;script&gt;alert(1)&lt;/script&gt;</li>" in client.get("/").text


def test_a_session(client: FlaskClient) -> None:
    """It counts a visitor's visits, in a cookie that no script and no other site can use."""
    first, second = (client.get("/", base_url="https://localhost") for _ in range(2))

    assert "You have been here 1 time." in first.text
    assert "You have been here 2 times." in second.text
    cookie = first.headers["Set-Cookie"]
    assert re.fullmatch("__Host-session=[^;]+; Secure; HttpOnly; Path=/; SameSite=Lax", cookie)
