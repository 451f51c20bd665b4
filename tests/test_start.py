"""`Baseline.start`: telemetry of a process that serves no requests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from opentelemetry import metrics, trace

from flask_baseline import Baseline
from flask_baseline.errors import NotInitializedError

from .ending import end_telemetry
from .otlp import Receiver, receiver
from .programs import run
from .waiting import wait_until


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Run a collector to which everything is sent soon."""
    with receiver() as received:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", received.http_url)
        for name in ("OTEL_BSP_SCHEDULE_DELAY", "OTEL_BLRP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL"):
            monkeypatch.setenv(name, "20")
        yield received
        end_telemetry()


def make_app(name: str = "shop") -> Flask:
    app = Flask(name)
    Baseline(app)
    return app


def work(app: Flask) -> None:
    """Do what a job does, without a request."""
    with app.app_context(), trace.get_tracer("job").start_as_current_span("work"):
        metrics.get_meter("job").create_counter("jobs").add(1)


def test_a_job_is_sent(collector: Receiver) -> None:
    """What is traced and counted without a request arrives while the process goes on."""
    app = make_app()
    Baseline.start(app)
    work(app)
    wait_until(lambda: [span.name for span in collector.spans()] == ["work"])
    wait_until(lambda: collector.total("jobs") == 1)


def test_without_it_a_job_waits(collector: Receiver) -> None:
    """Without it nothing is sent before the process ends, or serves: who loads an app may fork yet."""
    waiting, started = make_app(), make_app("stock")
    Baseline.start(started)
    work(waiting)
    work(started)
    wait_until(lambda: len(collector.spans()) == 1)
    assert collector.spans()[0].resource["service.name"] == "stock"
    Baseline.start(waiting)
    wait_until(lambda: len(collector.spans()) == 2)


def test_twice_is_once(collector: Receiver) -> None:
    """It may be called again, and beside requests."""
    app = make_app()
    Baseline.start(app)
    Baseline.start(app)
    app.test_client().get("/", buffered=True)
    work(app)
    wait_until(lambda: len(collector.spans()) == 2)
    wait_until(lambda: collector.total("baseline.worker.starts") == 1)


def test_where_all_is_off() -> None:
    """An app without telemetry has nothing to start."""
    app = Flask("shop")
    app.config.update(BASELINE_TRACING_ENABLED=False, BASELINE_METRICS_ENABLED=False)
    Baseline(app)
    Baseline.start(app)


def test_an_app_without_baseline() -> None:
    """The error says which app it is, and what to do."""
    with pytest.raises(NotInitializedError) as error:
        Baseline.start(Flask("shop"))
    assert str(error.value) == (
        "Baseline is not on the app 'shop'. Fix: call Baseline(app) or baseline.init_app(app) in the factory."
    )


FORKS = """
import os, sys, time
from flask import Flask
from flask_baseline import Baseline
from opentelemetry import trace

app = Flask("shop")
Baseline(app)
Baseline.start(app)
tracer = trace.get_tracer("job")
with app.app_context(), tracer.start_as_current_span("parent"):
    pass
children = []
for number in range(3):
    child = os.fork()
    if child == 0:
        Baseline.start(app)
        with app.app_context(), tracer.start_as_current_span(f"child {number}"):
            pass
        sys.exit()
    children.append(child)
for child in children:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""


def test_after_a_fork() -> None:
    """Children that call it after the fork send their own, once, though their parent sends already.

    gRPC does not promise that it works there.
    """
    with receiver() as collector:
        env = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.http_url,
            "OTEL_BSP_SCHEDULE_DELAY": "3600000",
        }
        done = run(FORKS, env)
        assert done.returncode == 0, done.stderr
        spans = collector.spans()
    assert sorted(span.name for span in spans) == ["child 0", "child 1", "child 2", "parent"]
    assert len({span.resource["process.pid"] for span in spans}) == 4
    assert len({span.resource["service.instance.id"] for span in spans}) == 4
