"""How readiness checks are run, and what their failures become."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask, current_app

from flask_baseline import Baseline

from .conftest import HEALTH, MakeBaseline

SECRET = "postgres://admin:hunter2@db.internal"


def details(app: Flask, name: str) -> Any:
    """Return the entry of one check."""
    body = app.test_client().get("/readyz?verbose").get_json()
    (entry,) = body["checks"][name]
    return entry


def wrapped_refusal() -> None:
    try:
        raise ConnectionRefusedError(SECRET)
    except ConnectionRefusedError as error:
        raise RuntimeError(SECRET) from error


def raiser(error: BaseException) -> Callable[[], None]:
    def check() -> None:
        raise error

    return check


@pytest.mark.parametrize(
    ("check", "output"),
    [
        pytest.param(raiser(ValueError(SECRET)), "error", id="any exception"),
        pytest.param(raiser(SystemExit(SECRET)), "error", id="SystemExit"),
        pytest.param(raiser(ConnectionRefusedError(SECRET)), "refused", id="refused"),
        pytest.param(wrapped_refusal, "refused", id="refused, in a client's own error"),
        pytest.param(raiser(TimeoutError(SECRET)), "timeout", id="the client's own timeout"),
        pytest.param(lambda: False, "false", id="returned False"),
    ],
)
def test_failures(make: MakeBaseline, check: Callable[[], object], output: str) -> None:
    """A failure is told by its class; the exception's text is nowhere in the answer."""
    baseline, app = make(details="always")
    baseline.readiness_check("payments")(check)
    response = app.test_client().get("/readyz?verbose")
    assert response.status_code == 503
    assert response.get_json()["status"] == "fail"
    (entry,) = response.get_json()["checks"]["payments"]
    assert entry["status"] == "fail"
    assert entry["output"] == output
    assert "hunter2" not in f"{response.headers} {response.text}"


@pytest.mark.parametrize("value", [None, True, 0, "", []], ids=repr)
def test_passing_values(make: MakeBaseline, value: object) -> None:
    """A check passes with anything but False."""
    baseline, app = make(details="always")
    baseline.readiness_check("payments")(lambda: value)
    entry = details(app, "payments")
    assert entry.pop("observedValue") >= 0
    assert entry.pop("time").endswith("Z")
    assert entry == {"status": "pass", "critical": True, "observedUnit": "ms"}


def test_an_async_check_does_not_pass_unseen(make: MakeBaseline) -> None:
    """An async check is run the way Flask runs async views, or fails; it is not a truthy coroutine."""
    baseline, app = make()

    @baseline.readiness_check("payments")
    async def payments() -> bool:
        return False

    assert app.test_client().get("/readyz").status_code == 503


def test_app_context(make: MakeBaseline) -> None:
    """A check can use current_app."""
    baseline, app = make()
    app.config["PAYMENTS_UP"] = True
    baseline.readiness_check("payments")(lambda: current_app.config["PAYMENTS_UP"])
    assert app.test_client().get("/readyz").status_code == 200


def test_a_failure_that_is_not_critical_warns(make: MakeBaseline) -> None:
    """Such a failure shows as warn and keeps the service in traffic."""
    baseline, app = make(details="always")
    baseline.readiness_check("payments")(lambda: True)
    baseline.readiness_check("search", critical=False)(lambda: False)
    response = app.test_client().get("/readyz?verbose")
    assert response.status_code == 200
    assert response.get_json()["status"] == "warn"
    assert response.get_json()["checks"]["payments"][0]["status"] == "pass"
    assert response.get_json()["checks"]["search"][0]["critical"] is False
    assert app.test_client().get("/readyz").json == {"status": "warn"}


@pytest.mark.parametrize(
    ("timeout", "total"),
    [pytest.param(0.1, 30.0, id="its own timeout"), pytest.param(30.0, 0.1, id="the total limit")],
)
def test_timeout(make: MakeBaseline, timeout: float, total: float) -> None:
    """A check that hangs is a timeout, and the answer does not wait for it, in any thread."""
    baseline, app = make(details="always", total_seconds=total, cache_seconds=0)
    release = threading.Event()
    baseline.readiness_check("payments", timeout=timeout)(lambda: release.wait(20))
    started = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        entries = list(pool.map(lambda _: details(app, "payments"), range(4)))
    elapsed = time.monotonic() - started
    release.set()
    assert {entry["output"] for entry in entries} == {"timeout"}
    assert all(entry["observedValue"] >= 100 for entry in entries)
    assert elapsed < 10


def test_too_late_is_a_timeout(make: MakeBaseline) -> None:
    """A check that returns after its own timeout has failed, although another took longer still."""
    baseline, app = make(details="always", total_seconds=10)
    baseline.readiness_check("late", timeout=0.05)(lambda: time.sleep(0.2))
    baseline.readiness_check("slow", timeout=10)(lambda: time.sleep(0.5))
    body = app.test_client().get("/readyz?verbose").get_json()
    assert body["checks"]["late"][0]["output"] == "timeout"
    assert body["checks"]["slow"][0]["status"] == "pass"


def test_a_hanging_check_is_not_started_again(make: MakeBaseline) -> None:
    """It stays a timeout until it returns, and is then run anew."""
    baseline, app = make(cache_seconds=0)
    release, returned, starts = threading.Event(), threading.Event(), []

    @baseline.readiness_check("payments", timeout=0.05)
    def payments() -> None:
        starts.append(1)
        release.wait(20)
        if len(starts) == 1:
            returned.set()

    client = app.test_client()
    assert [client.get("/readyz").status_code for _ in range(4)] == [503] * 4
    assert len(starts) == 1
    release.set()
    assert returned.wait(10)
    deadline = time.monotonic() + 10
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline
    assert len(starts) >= 2


def test_single_flight(make: MakeBaseline) -> None:
    """Probes that come at the same time share one run of the checks."""
    baseline, app = make(total_seconds=20, cache_seconds=60)
    runs = []

    @baseline.readiness_check("payments", timeout=20)
    def payments() -> None:
        runs.append(1)
        time.sleep(0.3)

    barrier = threading.Barrier(8)

    def probe(_: int) -> int:
        barrier.wait()
        return app.test_client().get("/readyz").status_code

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(probe, range(8))) == [200] * 8
    assert len(runs) == 1


@pytest.mark.parametrize(("cache_seconds", "expected"), [(60, 1), (0, 5)])
def test_cache(make: MakeBaseline, cache_seconds: float, expected: int) -> None:
    """A result is kept for CACHE_SECONDS."""
    baseline, app = make(cache_seconds=cache_seconds)
    runs = []
    baseline.readiness_check("payments")(lambda: runs.append(1))
    for _ in range(5):
        assert app.test_client().get("/readyz").status_code == 200
    assert len(runs) == expected


def test_a_change_of_state_is_logged_once(make: MakeBaseline, caplog: pytest.LogCaptureFixture) -> None:
    """The log has the failure with its exception and the recovery, each once."""
    baseline, app = make(cache_seconds=0)
    is_up = [True]

    @baseline.readiness_check("payments")
    def payments() -> None:
        if not is_up[0]:
            raise OSError(SECRET)

    @baseline.readiness_check("search", critical=False)
    def search() -> bool:
        return is_up[0]

    with caplog.at_level(logging.INFO, "flask_baseline.health"):
        for is_up[0] in (True, False, False, False, True, True):
            app.test_client().get("/readyz")
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", "readiness check 'payments' failed: error"),
        ("WARNING", "readiness check 'search' failed: false"),
        ("INFO", "readiness check 'payments' recovered"),
        ("INFO", "readiness check 'search' recovered"),
    ]
    exc_info = caplog.records[0].exc_info
    assert exc_info is not None
    assert isinstance(exc_info[1], OSError)


def test_a_shared_baseline_checks_each_app() -> None:
    """Checks of one Baseline hold for all of its apps, each in its own app context."""
    baseline = Baseline(features=HEALTH)
    baseline.readiness_check("payments")(lambda: current_app.config["PAYMENTS_UP"])
    statuses = []
    for is_up in (True, False):
        app = Flask("shop")
        app.config["PAYMENTS_UP"] = is_up
        baseline.init_app(app)
        statuses.append(app.test_client().get("/readyz").status_code)
    assert statuses == [200, 503]
