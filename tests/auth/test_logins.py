"""A login that is counted for the name that is given, wherever it comes from."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_baseline import Baseline
from flask_baseline.auth import login_name
from flask_baseline.ratelimit import rate_limit


@pytest.fixture
def client() -> FlaskClient:
    """Return a client of an app whose login takes two attempts for a name."""
    app = Flask("shop")
    app.config.update(BASELINE_PROFILE="test", BASELINE_RATELIMIT_ENABLED=True)
    Baseline(app)
    app.add_url_rule(
        "/login", "login", rate_limit("2/minute", key=login_name("user"))(lambda: "tried"), methods=["POST"]
    )
    return app.test_client()


def attempt(client: FlaskClient, host: int, **sent: Any) -> int:
    """Return the status of a login from another address each time."""
    return client.post("/login", environ_base={"REMOTE_ADDR": f"192.0.2.{host}"}, **sent).status_code


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"data": {"user": "ann"}}, id="form"),
        pytest.param({"data": {"user": " ANN "}}, id="capitals and spaces"),
        pytest.param({"data": {"user": "\uff41nn"}}, id="a wide letter"),
        pytest.param({"json": {"user": "ann"}}, id="JSON"),
    ],
)
def test_one_name(client: FlaskClient, sent: dict[str, Any]) -> None:
    """Attempts for one name are counted together, from wherever and in whichever form they come."""
    first = [attempt(client, host, data={"user": "ann"}) for host in range(2)]

    assert [*first, attempt(client, 3, **sent)] == [200, 200, 429]
    assert attempt(client, 3, data={"user": "bob"}) == 200


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"data": "user=bob&user=ann"}, id="form"),
        pytest.param({"data": '{"user": "bob", "user": "ann"}'}, id="JSON"),
        pytest.param({"data": "[" * 100_000}, id="nested JSON"),
        pytest.param({"data": b'{"user": "\xff"}'}, id="no UTF-8"),
    ],
)
def test_a_name_that_hides(client: FlaskClient, sent: dict[str, Any]) -> None:
    """A login of which the view might read another name than is counted is refused."""
    is_form = sent["data"][:4] == "user"
    kind = "application/x-www-form-urlencoded" if is_form else "application/json"

    assert attempt(client, 1, content_type=kind, **sent) == 400


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"json": {"user": ["ann"]}}, id="a list"),
        pytest.param({"json": {"user": True}}, id="a constant"),
        pytest.param({"data": {"user": " "}}, id="a space"),
    ],
)
def test_no_name(client: FlaskClient, sent: dict[str, Any]) -> None:
    """Without a name the address is counted."""
    assert [attempt(client, 1, **sent) for _ in range(3)] == [200, 200, 429]
    assert attempt(client, 2, **sent) == 200
