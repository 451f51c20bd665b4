"""An app and a real collector that is slow, away, or out of order."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from opentelemetry import metrics, trace

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline._tallies import DROPPED, FAILED_EXPORTS
from tests.lines import lines_of
from tests.otlp import Fault, Receiver, receiver, refused_url
from tests.waiting import wait_until

SHOP = [spec for spec in FEATURES if spec.name in ("logging", "tracing", "metrics")]
DURATION = "http.server.request.duration"

protocols = pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send soon, and wait no longer than a second for an answer."""
    for name, value in {
        "OTEL_BSP_SCHEDULE_DELAY": "20",
        "OTEL_BSP_MAX_QUEUE_SIZE": "20",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "10",
        "OTEL_METRIC_EXPORT_INTERVAL": "20",
        "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
        "BASELINE_LOGGING_ACCESS": "false",
    }.items():
        monkeypatch.setenv(name, value)


def make_app(monkeypatch: pytest.MonkeyPatch, url: str, protocol: str) -> Flask:
    """Return an app that sends spans and metrics to *url*."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
    app = Flask("shop")
    app.config["BASELINE_METRICS_EXPORTER"] = "otlp"
    app.add_url_rule("/", "index", lambda: "done")
    Baseline(app, features=SHOP)
    return app


def url_of(collector: Receiver, protocol: str) -> str:
    return collector.grpc_url if protocol == "grpc" else collector.http_url


def ask(app: Flask, count: int) -> None:
    """Send requests, each of which is answered."""
    client = app.test_client()
    for _ in range(count):
        assert client.get("/", buffered=True).text == "done"


def tally(app: Flask, what: str) -> dict[str, int]:
    return app.extensions["baseline"].setup.tallies.of(what)


@contextmanager
def collecting(fault: Fault | str) -> Iterator[tuple[Receiver | None, str]]:
    """Run a collector with a fault, or none at all."""
    if fault == "refused":
        yield None, refused_url()
        return
    with receiver(fault) as collector:  # type: ignore[arg-type]
        yield collector, ""


@protocols
def test_all_is_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], protocol: str
) -> None:
    """Spans of requests, of the app, and metrics arrive; nothing is logged, dropped or failed."""
    with receiver() as collector:
        app = make_app(monkeypatch, url_of(collector, protocol), protocol)
        ask(app, 5)
        with app.app_context(), trace.get_tracer("job").start_as_current_span("work"):
            metrics.get_meter("job").create_counter("jobs").add(3)
        wait_until(lambda: len(collector.spans()) == 6)
        wait_until(lambda: collector.total(DURATION) == 5 and collector.total("jobs") == 3)
        assert tally(app, DROPPED) == tally(app, FAILED_EXPORTS) == {}
        assert lines_of(capsys) == []


@pytest.mark.parametrize(
    ("fault", "protocol"),
    [
        ("503", "http/protobuf"),
        ("refused", "http/protobuf"),
        ("503", "grpc"),
        ("refused", "grpc"),
        ("garbage", "grpc"),
    ],
)
def test_a_collector_that_does_not_take_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fault: Fault, protocol: str
) -> None:
    """Requests are answered, each failure is counted, and there is one warning for each signal."""
    with collecting(fault) as (collector, url):
        url = url_of(collector, protocol) if collector is not None else url
        app = make_app(monkeypatch, url, protocol)
        ask(app, 15)
        wait_until(lambda: tally(app, FAILED_EXPORTS).get("metrics", 0) >= 2)
        ask(app, 15)
        wait_until(lambda: tally(app, FAILED_EXPORTS).get("traces", 0) >= 2)
        assert tally(app, DROPPED)["traces"] >= 15
        bodies = sorted(line["body"] for line in lines_of(capsys))
    assert [body.partition(":")[0] for body in bodies] == [
        "the collector does not take metrics",
        "the collector does not take traces",
    ]
    assert not any("no reason given" in body for body in bodies)


def spans_in_memory() -> int:
    gc.collect()
    return sum(type(each).__name__ == "ReadableSpan" for each in gc.get_objects())


@protocols
def test_requests_while_an_export_hangs(monkeypatch: pytest.MonkeyPatch, protocol: str) -> None:
    """While the collector holds an export, requests are answered, and what does not fit is dropped."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "3")
    monkeypatch.setenv("BASELINE_METRICS_ENABLED", "false")
    before = spans_in_memory()
    with receiver("hang") as collector:
        app = make_app(monkeypatch, url_of(collector, protocol), protocol)
        ask(app, 1)
        wait_until(lambda: collector.requests == 1)
        ask(app, 120)
        assert collector.requests == 1, "it holds the first one still"
        assert tally(app, DROPPED) == {"traces": 100}
        assert tally(app, FAILED_EXPORTS) == {}
        # Those that wait, and the one that is being sent.
        assert spans_in_memory() - before <= 21
    # It is gone now.
    wait_until(lambda: tally(app, FAILED_EXPORTS).get("traces", 0) >= 1)


def test_a_slow_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """A collector that takes its time gets everything, each span once."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "20")
    monkeypatch.setenv("BASELINE_METRICS_ENABLED", "false")
    with receiver("slow") as collector:
        app = make_app(monkeypatch, collector.http_url, "http/protobuf")
        ask(app, 5)
        wait_until(lambda: len(collector.spans()) == 5)
        assert tally(app, DROPPED) == tally(app, FAILED_EXPORTS) == {}


def test_garbage_by_http(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What a collector writes into an answer that says it was taken is read by nobody."""
    with receiver("garbage") as collector:
        app = make_app(monkeypatch, collector.http_url, "http/protobuf")
        ask(app, 15)
        wait_until(lambda: collector.requests >= 4)
        assert tally(app, DROPPED) == tally(app, FAILED_EXPORTS) == {}
        assert lines_of(capsys) == []


@protocols
def test_a_collector_that_comes_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], protocol: str
) -> None:
    """Once the collector takes it again, new spans arrive, and the metrics of the time in between too."""
    with receiver("503") as collector:
        app = make_app(monkeypatch, url_of(collector, protocol), protocol)
        ask(app, 5)
        wait_until(lambda: {"traces", "metrics"} <= tally(app, FAILED_EXPORTS).keys())
        collector.fault = ""
        ask(app, 3)
        wait_until(lambda: collector.total(DURATION) == 8)
        wait_until(lambda: len(collector.spans()) >= 3)
        assert len(lines_of(capsys)) == 2


def test_an_exporter_that_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A certificate that is not there fails no request: one warning says which file it is."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", "/missing/ca.pem")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "garbage")
    monkeypatch.setenv("BASELINE_METRICS_ENABLED", "false")
    app = make_app(monkeypatch, "https://127.0.0.1:1", "http/protobuf")
    ask(app, 3)
    wait_until(lambda: tally(app, FAILED_EXPORTS).get("traces", 0) >= 1)
    (line,) = [line["body"] for line in lines_of(capsys) if "the collector" in line["body"]]
    assert "no reason given" not in line


def test_two_apps_fail_for_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app whose collector is well loses nothing because that of another is not."""
    monkeypatch.setenv("BASELINE_METRICS_ENABLED", "false")
    with receiver() as collector:
        well = make_app(monkeypatch, collector.http_url, "http/protobuf")
        ask(well, 1)
        wait_until(collector.spans)
        sick = make_app(monkeypatch, refused_url(), "http/protobuf")
        ask(sick, 3)
        ask(well, 3)
        wait_until(lambda: len(collector.spans()) == 4)
        wait_until(lambda: tally(sick, FAILED_EXPORTS))
        assert tally(well, FAILED_EXPORTS) == {}


def test_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request is answered though the system gives no thread, and spans are sent as soon as it does."""
    monkeypatch.setenv("BASELINE_METRICS_ENABLED", "false")

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with receiver() as collector:
        app = make_app(monkeypatch, collector.http_url, "http/protobuf")
        with monkeypatch.context() as patched:
            patched.setattr(threading.Thread, "start", refuse)
            ask(app, 2)
        ask(app, 1)
        wait_until(collector.spans)
