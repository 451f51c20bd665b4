"""Metrics of our own health, of the worker, and of its Python."""

from __future__ import annotations

import gc
import os
import threading

import pytest
from flask import Flask

from flask_baseline import Baseline
from flask_baseline._features import FEATURES

from .pages import ask, make_app, scrape, value, values


def test_known_from_the_start() -> None:
    """What has not failed yet is 0 and not absent, so that the first failure is seen as one."""
    app = make_app(features=("logging", "tracing", "metrics"))
    ask(app)
    assert values(app, "baseline_telemetry_dropped_total") == {"traces": 0, "logs": 0}
    assert values(app, "baseline_telemetry_export_failures_total") == {"traces": 0, "metrics": 0, "logs": 0}
    failures = values(app, "baseline_edge_failures_total")
    assert any("metrics" in step for step in failures)
    assert any("tracing" in step for step in failures)
    assert set(failures.values()) == {0}
    assert (value(app, "baseline_workers"), value(app, "baseline_worker_starts_total")) == (1, 1)


def test_a_step_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step around the app that raises is counted under its name, and the request is answered."""
    app = make_app()
    app.add_url_rule("/", view_func=lambda: "ok")

    def fail(*_: object) -> None:
        raise LookupError

    monkeypatch.setattr("flask_baseline.metrics.requests.Requests._find", fail)
    assert [ask(app).text for _ in range(3)] == ["ok"] * 3
    failed = {step: count for step, count in values(app, "baseline_edge_failures_total").items() if count}
    assert [*failed.values()] == [3]
    assert next(iter(failed)).startswith("flask_baseline.metrics.feature.")


def test_the_process() -> None:
    """CPU, memory, threads and the garbage collector of the process show."""
    app = make_app()
    ask(app)
    times = os.times()
    assert 0 < value(app, "process_cpu_time_seconds_total", cpu_mode="user") - times.user + 1 < 60
    assert {*values(app, "process_cpu_time_seconds_total")} == {"user", "system"}
    assert 2**20 < value(app, "process_memory_usage_bytes") < 2**40
    assert value(app, "process_threads") == threading.active_count()
    before = value(app, "cpython_gc_collections_total", cpython_gc_generation="2")
    gc.collect()
    assert value(app, "cpython_gc_collections_total", cpython_gc_generation="2") > before
    for name in ("collected", "uncollectable"):
        assert {*values(app, f"cpython_gc_{name}_objects_total")} == {"0", "1", "2"}


def test_without_those_of_the_process() -> None:
    """`BASELINE_METRICS_RUNTIME` turns them off, and nothing else."""
    app = make_app(runtime=False)
    ask(app)
    page = scrape(app)
    assert "process_" not in page
    assert "cpython_" not in page
    assert "baseline_workers 1.0" in page


def test_a_system_that_does_not_tell_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no file that tells the memory, the rest is there."""

    def missing(*_: object) -> None:
        raise FileNotFoundError

    app = make_app()
    ask(app)
    monkeypatch.setattr("flask_baseline.metrics.health.open", missing, raising=False)
    page = scrape(app)
    assert "process_memory" not in page
    assert "process_threads" in page


def test_a_process_that_serves_no_requests() -> None:
    """A process that is started by hand is a worker as well."""
    app = make_app()
    Baseline.start(app)
    assert value(app, "baseline_workers") == 1


def test_off() -> None:
    """Without the feature there is no page, and nothing around the app."""
    app = Flask("shop")
    app.config["BASELINE_METRICS_ENABLED"] = False
    Baseline(app, features=[spec for spec in FEATURES if spec.name == "metrics"])
    assert ask(app, "/metrics").status_code == 404
    assert "wsgi_app" not in vars(app)
