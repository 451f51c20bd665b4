"""Who may see the details, and what they show."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from flask_baseline import ConfigError

from .conftest import MakeBaseline

TOKEN = "a-long-enough-tökén"


def failing_app(make: MakeBaseline, details: str) -> Flask:
    baseline, app = make(details=details, token=TOKEN)
    baseline.readiness_check("payments")(lambda: False)
    baseline.readiness_check("search")(lambda: True)
    return app


def wire(text: str) -> str:
    """Return *text* as WSGI hands it over: UTF-8 bytes, read as Latin-1."""
    return text.encode().decode("latin-1")


@pytest.mark.parametrize(
    ("details", "authorization", "is_shown"),
    [
        ("never", "", False),
        ("never", f"Bearer {TOKEN}", False),
        ("token", "", False),
        ("token", "Bearer", False),
        ("token", "Bearer ", False),
        ("token", f"Bearer {TOKEN}x", False),
        ("token", f"Bearer {TOKEN[:-1]}", False),
        ("token", f"Basic {TOKEN}", False),
        ("token", TOKEN, False),
        ("token", f"Bearer {TOKEN}", True),
        ("token", f"bearer  {TOKEN}", True),
        ("always", "", True),
    ],
)
def test_permission(make: MakeBaseline, details: str, authorization: str, is_shown: bool) -> None:
    """Without permission the query changes nothing, not even the status."""
    client = failing_app(make, details).test_client()
    environ = {"HTTP_AUTHORIZATION": wire(authorization)} if authorization else {}
    verbose = client.get("/readyz?verbose", environ_overrides=environ)
    excluded = client.get("/readyz?exclude=payments", environ_overrides=environ)
    assert verbose.status_code == 503
    assert ("checks" in verbose.get_json()) is is_shown
    assert excluded.status_code == (200 if is_shown else 503)
    if not is_shown:
        plain = client.get("/readyz")
        assert (verbose.data, list(verbose.headers)) == (plain.data, list(plain.headers))


def test_members(make: MakeBaseline) -> None:
    """The details have the members of draft-inadarei-api-health-check."""
    body = failing_app(make, "always").test_client().get("/readyz?verbose").get_json()
    assert set(body) == {"status", "checks"}
    (payments,) = body["checks"]["payments"]
    assert isinstance(payments.pop("observedValue"), int)
    assert datetime.strptime(payments.pop("time"), "%Y-%m-%dT%H:%M:%SZ")
    assert payments == {"status": "fail", "critical": True, "observedUnit": "ms", "output": "false"}


def test_head_of_the_details(make: MakeBaseline) -> None:
    """HEAD tells the length of the details without sending them."""
    client = failing_app(make, "always").test_client()
    response = client.head("/readyz?verbose")
    assert response.data == b""
    assert int(response.headers["Content-Length"]) > len(client.get("/readyz").data)


@pytest.mark.parametrize(
    ("query", "status", "shown"),
    [
        ("exclude=payments", 200, set()),
        ("verbose&exclude=payments", 200, {"search"}),
        ("exclude=payments&exclude=search&verbose=1", 200, set()),
        ("verbose&exclude=search", 503, {"payments"}),
        ("verbose&exclude=unknown", 503, {"payments", "search"}),
        ("verbose&exclude=", 503, {"payments", "search"}),
        ("verbose&exclude=%FF%", 503, {"payments", "search"}),
    ],
)
def test_exclude(make: MakeBaseline, query: str, status: int, shown: set[str]) -> None:
    """An excluded check does not count and does not show."""
    response = failing_app(make, "always").test_client().get(f"/readyz?{query}")
    assert response.status_code == status
    assert set(response.get_json().get("checks", {})) == shown


@pytest.mark.parametrize("query", ["exclude=café", "exclude=caf%C3%A9"])
def test_exclude_outside_ascii(make: MakeBaseline, query: str) -> None:
    """A check's name may have any letters, escaped in the query or not."""
    baseline, app = make(details="always")
    baseline.readiness_check("café")(lambda: False)
    response = app.test_client().get("/readyz", environ_overrides={"QUERY_STRING": wire(query)})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("options", "key", "fix"),
    [
        ({"details": "token"}, "BASELINE_HEALTH_", "set BASELINE_HEALTH_TOKEN"),
        ({"token": "hunter2"}, "BASELINE_HEALTH_TOKEN", "at least 16"),
        (
            {"live_path": "/up", "ready_path": "/up"},
            "BASELINE_HEALTH_",
            "give the two probes different paths",
        ),
        ({"ready_path": "readyz"}, "BASELINE_HEALTH_READY_PATH", "that matches"),
        ({"drain_seconds": -1}, "BASELINE_HEALTH_DRAIN_SECONDS", "a number"),
        ({"details": "debug"}, "BASELINE_HEALTH_DETAILS", "one of never, token, always"),
        ({"drain_file": ""}, "BASELINE_HEALTH_DRAIN_FILE", "at least 1"),
    ],
)
def test_wrong_settings(make: MakeBaseline, options: dict[str, object], key: str, fix: str) -> None:
    """A wrong setting is refused at start with its key and the fix, and never a token's value."""
    with pytest.raises(ConfigError) as caught:
        make(**options)
    (problem,) = caught.value.problems
    assert problem.key.startswith(key)
    assert fix in problem.fix
    assert "hunter2" not in str(caught.value)
