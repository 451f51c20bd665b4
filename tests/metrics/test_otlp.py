"""Metrics on their way to an OTLP collector."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from opentelemetry import metrics

from flask_baseline import Baseline
from tests.otlp import MetricPoint, Receiver, receiver, refused_url

from .pages import ask, make_app, scrape, value

DURATION = "http.server.request.duration"

meter = metrics.get_meter("shop", "1.2")
counter = meter.create_counter("orders", "{order}")
up_down = meter.create_up_down_counter("level")
histogram = meter.create_histogram("weight", "kg")
gauge = meter.create_gauge("room")


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Run a collector to which metrics are pushed many times a second."""
    with receiver() as received:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", received.http_url)
        monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "30")
        yield received
        # The test's app, whose thread would tell a later test that the collector is away.
        gc.collect()
        for thread in threading.enumerate():
            if thread.name == "baseline-metrics":
                thread.join(10)


def _wait(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _shop(**options: object) -> Flask:
    app = make_app(**{"exporter": "otlp", **options})

    @app.get("/orders/<int:id>")
    def order(id: int) -> str:
        counter.add(1, {"channel": "web"})
        up_down.add(1)
        histogram.record(3.5)
        gauge.set(id)
        return "ok"

    return app


def _by_kind(collector: Receiver, name: str) -> dict[str, list[MetricPoint]]:
    points: dict[str, list[MetricPoint]] = {}
    for point in collector.metric_points(name):
        points.setdefault(point.temporality, []).append(point)
    return points


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_everything_arrives(collector: Receiver, monkeypatch: pytest.MonkeyPatch, protocol: str) -> None:
    """Requests and the app's instruments arrive over HTTP and gRPC, with whose they are."""
    if protocol == "grpc":
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.grpc_url)
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=qa")
    app = _shop(exporter="otlp-grpc" if protocol == "grpc" else "otlp")
    for number in range(3):
        ask(app, f"/orders/{number}")
    _wait(lambda: collector.total(DURATION) == collector.total("orders") == collector.total("weight") == 3)
    point = collector.metric_points(DURATION)[-1]
    assert point.attributes == {
        "http.request.method": "GET",
        "url.scheme": "http",
        "http.response.status_code": 200,
        "http.route": "/orders/<int:id>",
        "network.protocol.version": "1.1",
    }
    assert (point.scope, point.unit, point.temporality) == ("flask_baseline", "s", "CUMULATIVE")
    assert (sum(point.bucket_counts), len(point.explicit_bounds)) == (3, 14)
    assert point.start_time < point.time
    assert point.resource["service.name"] == "shop"
    assert point.resource["deployment.environment.name"] == "qa"
    assert point.resource["process.pid"] == os.getpid()
    assert point.resource["service.instance.id"]
    order = collector.metric_points("orders")[-1]
    assert (order.attributes, order.scope, order.unit) == ({"channel": "web"}, "shop", "{order}")
    assert order.resource == point.resource
    assert collector.metric_points("room")[-1].value == 2
    assert collector.corrupt == 0


TEMPORALITIES = {
    "cumulative": ("cumulative", "CUMULATIVE"),
    "unset": (None, "CUMULATIVE"),
    "delta": ("delta", "DELTA"),
    "delta-any-case": (" Delta ", "DELTA"),
    "lowmemory": ("lowmemory", "DELTA"),
    "unknown": ("sometimes", "CUMULATIVE"),
}


@pytest.mark.parametrize(("preference", "temporality"), TEMPORALITIES.values(), ids=TEMPORALITIES)
def test_temporality(
    collector: Receiver, monkeypatch: pytest.MonkeyPatch, preference: str | None, temporality: str
) -> None:
    """Counters and histograms count as OpenTelemetry's variable says, and what can fall always in all."""
    if preference is not None:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", preference)
    app = _shop()
    ask(app, "/orders/1")
    _wait(lambda: collector.metric_points("orders"))
    ask(app, "/orders/2")

    def total(name: str) -> float:
        points = collector.metric_points(name)
        amounts = [(point.value if point.count is None else point.count) or 0 for point in points]
        return sum(amounts) if temporality == "DELTA" else max(amounts)

    _wait(lambda: total("orders") == total("weight") == total(DURATION) == 2)
    for name in ("orders", "weight", DURATION, "baseline.worker.starts"):
        assert _by_kind(collector, name).keys() == {temporality}
    for name in ("level", "http.server.active_requests", "process.memory.usage"):
        assert _by_kind(collector, name).keys() == {"CUMULATIVE"}
    assert collector.metric_points("level")[-1].value == 2


def test_deltas_are_whole(collector: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the last means: each begins where the one before it ended, and all of them are the total."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta")
    app = _shop()
    for number in range(5):
        ask(app, f"/orders/{number}")
        pushed = len(collector.metric_points(DURATION))
        _wait(lambda pushed=pushed: len(collector.metric_points(DURATION)) > pushed)
    _wait(lambda: sum(point.count or 0 for point in collector.metric_points(DURATION)) == 5)
    points = collector.metric_points(DURATION)
    assert [after.start_time for after in points[1:]] == [before.time for before in points[:-1]]
    assert sum(sum(point.bucket_counts) for point in points) == 5
    total = sum(point.sum or 0 for point in points)
    cumulative = sum((point.value or 0) for point in collector.metric_points("baseline.worker.starts"))
    assert total > 0
    assert cumulative == 1


def test_both(collector: Receiver) -> None:
    """`both` pushes and answers Prometheus, the same counts."""
    app = _shop(exporter="both")
    ask(app, "/orders/1")
    _wait(lambda: collector.total("orders") == 1)
    assert value(app, "orders_total") == 1
    assert value(app, "http_server_request_duration_seconds_count") == collector.total(DURATION)


def test_an_endpoint_alone(collector: Receiver) -> None:
    """An endpoint is enough to push, beside the page."""
    app = Flask("shop")
    Baseline(app)
    ask(app)
    _wait(lambda: collector.total(DURATION) == 1)
    assert scrape(app)


def test_pushed_alone(collector: Receiver) -> None:
    """Where metrics are pushed alone there is no page."""
    assert ask(_shop(), "/metrics").status_code == 404


def test_exemplars(collector: Receiver) -> None:
    """A pushed histogram has its examples too."""
    app = make_app(features=("tracing", "metrics"), exporter="otlp")
    app.add_url_rule("/", view_func=lambda: "")
    ask(app, headers={"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"})
    _wait(lambda: collector.metric_points(DURATION))
    (exemplar,) = collector.metric_points(DURATION)[0].exemplars
    assert exemplar.trace_id == "1" * 32


def test_a_process_that_serves_no_requests(collector: Receiver) -> None:
    """`Baseline.start` is enough to push what other code counts."""
    app = _shop()
    with app.app_context():
        counter.add(5)
    assert collector.metric_points("orders") == []
    Baseline.start(app)
    _wait(lambda: collector.total("orders") == 5)
    assert collector.total("baseline.worker.starts") == 1


def test_a_collector_that_is_away(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Failed exports are counted and told once, and the app answers as ever."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", refused_url())
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "10")
    app = _shop(exporter="both")
    ask(app, "/orders/1")
    assert value(app, "baseline_telemetry_export_failures_total", signal="metrics") >= 0
    _wait(lambda: value(app, "baseline_telemetry_export_failures_total", signal="metrics") >= 2)
    assert value(app, "baseline_telemetry_dropped_total") == 0
    warnings = [record.getMessage() for record in caplog.records if "does not take metrics" in record.message]
    assert len(warnings) == 1


@pytest.mark.parametrize("interval", ["0", "-5", "soon", "1.5"])
def test_a_wrong_interval(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, interval: str
) -> None:
    """An interval that is no number above 0 is told, and ignored."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", refused_url())
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", interval)
    _shop()
    assert "OTEL_METRIC_EXPORT_INTERVAL" in caplog.text
    assert "ignored" in caplog.text
