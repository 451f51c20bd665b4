"""The readiness check of the store."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis

from tests import services

from .conftest import make_app, statuses


@pytest.mark.parametrize(
    ("on_failure", "status", "text"), [("open", 200, "warn"), ("closed", 503, "fail")], ids=["open", "closed"]
)
def test_readiness(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    on_failure: str,
    status: int,
    text: str,
) -> None:
    """A store that is down takes the service out of traffic only where it would refuse requests."""
    monkeypatch.setenv("BASELINE_HEALTH_DETAILS", "always")
    url = f"redis://:hunter2@127.0.0.1:{services.free_port()}/0"
    app = make_app("health", store=url, on_failure=on_failure)

    answer = app.test_client().get("/readyz?verbose")

    assert (answer.status_code, answer.json["status"]) == (status, text)
    (check,) = answer.json["checks"]["ratelimit:store"]
    assert check["status"] == "fail"
    assert check["critical"] == (on_failure == "closed")
    assert check["output"] == "refused"
    assert "hunter2" not in answer.text + caplog.text


def test_ready(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that works is ready, and memory has no check."""
    monkeypatch.setenv("BASELINE_HEALTH_DETAILS", "always")
    app = make_app("health", store=store)

    answer = app.test_client().get("/readyz?verbose")

    assert (answer.status_code, answer.json["status"]) == (200, "pass")
    assert [*answer.json["checks"]] == ([] if store == "memory" else ["ratelimit:store"])


def test_a_store_that_is_full(tmp_path: Path) -> None:
    """A server that answers and refuses to write is not ready."""
    with services.valkey(tmp_path) as url:
        with Redis.from_url(url) as client:
            client.config_set("maxmemory", "1")
        app = make_app("health", store=url, on_failure="closed")

        assert statuses(app, "/readyz", count=1) == [503]
