"""The tests' own OTLP receiver, with the real exporters of the SDK."""

from __future__ import annotations

import http.client
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from flask_baseline.logging.otlp import otlp_record
from flask_baseline.telemetry.per_process import PerProcess
from tests.otlp import Fault, Receiver, receiver, refused_url

SPANS: dict[str, Callable[[Receiver], SpanExporter]] = {
    "http": lambda to: HttpSpans(f"{to.http_url}/v1/traces"),
    "http, gzip": lambda to: HttpSpans(f"{to.http_url}/v1/traces", compression=Compression.Gzip),
    "grpc": lambda to: GrpcSpans(to.grpc_url),
    "grpc, gzip": lambda to: GrpcSpans(to.grpc_url, compression=grpc.Compression.Gzip),
}
METRICS: dict[str, Callable[[Receiver], MetricExporter]] = {
    "http": lambda to: HttpMetrics(f"{to.http_url}/v1/metrics"),
    "grpc": lambda to: GrpcMetrics(to.grpc_url),
}
# The class of these has another name in each release.
LOGS: dict[str, Callable[[Receiver], Any]] = {
    "http": lambda to: HttpLogs(f"{to.http_url}/v1/logs"),
    "grpc": lambda to: GrpcLogs(to.grpc_url),
}

RESOURCE = Resource({"service.name": "shop", "service.instance.id": "one", "process.pid": 7})


def post(url: str, body: bytes) -> int:
    """Send a body by hand, and return the status."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        connection.request("POST", f"/{path}", body)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("exporter", SPANS)
def test_spans(exporter: str) -> None:
    with receiver() as received:
        provider = TracerProvider(resource=RESOURCE)
        provider.add_span_processor(SimpleSpanProcessor(SPANS[exporter](received)))
        tracer = provider.get_tracer("mine")
        with (
            tracer.start_as_current_span("outer", kind=SpanKind.SERVER, attributes={"n": [1, 2]}),
            tracer.start_as_current_span("inner") as span,
        ):
            span.set_status(StatusCode.ERROR, "why")
            span.add_event("it", {"was": True})
        provider.shutdown()
        inner, outer = received.spans()
    assert (outer.name, outer.kind, outer.scope, outer.parent_id) == ("outer", "SERVER", "mine", "")
    assert (outer.attributes, outer.resource["service.name"]) == ({"n": [1, 2]}, "shop")
    assert outer.status == "UNSET"
    assert (inner.trace_id, inner.parent_id, inner.kind) == (outer.trace_id, outer.span_id, "INTERNAL")
    assert (inner.status, inner.status_message) == ("ERROR", "why")
    assert [(event.name, event.attributes) for event in inner.events] == [("it", {"was": True})]
    assert outer.start_ns <= inner.start_ns <= inner.events[0].time_ns <= inner.end_ns <= outer.end_ns
    assert (received.requests, received.corrupt) == (2, 0)


@pytest.mark.parametrize("exporter", METRICS)
def test_metrics(exporter: str) -> None:
    """All points can be read, and the total takes the latest of each series."""
    with receiver() as received:
        reader = PeriodicExportingMetricReader(METRICS[exporter](received), 60_000)
        provider = MeterProvider([reader], resource=RESOURCE)
        tracer = TracerProvider().get_tracer("mine")
        meter = provider.get_meter("mine")
        sold, took = meter.create_counter("sold", "1"), meter.create_histogram("took", "s")
        meter.create_observable_gauge("heat", [lambda _: []])
        with tracer.start_as_current_span("sale") as span:
            for shop in ("a", "b"):
                sold.add(2, {"shop": shop})
                took.record(0.3, {"shop": shop})
        provider.force_flush()
        sold.add(5, {"shop": "a"})
        provider.shutdown()
        points = received.metric_points("sold")
        assert received.metric_points("none") == []
        assert (received.total("sold"), received.total("took"), received.total("none")) == (9, 2, 0)
    assert [(point.attributes["shop"], point.value) for point in points] == [
        ("a", 2),
        ("b", 2),
        ("a", 7),
        ("b", 2),
    ]
    assert {(point.temporality, point.is_monotonic) for point in points} == {("CUMULATIVE", True)}
    assert points[0].start_time == points[2].start_time < points[0].time < points[2].time
    assert points[0].resource["process.pid"] == 7
    assert {exemplar.span_id for exemplar in points[0].exemplars} == {
        f"{span.get_span_context().span_id:016x}"
    }
    histogram = received.metric_points("took")[0]
    assert (histogram.count, histogram.sum, histogram.value) == (1, 0.3, None)
    assert sum(histogram.bucket_counts) == 1
    assert len(histogram.bucket_counts) == len(histogram.explicit_bounds) + 1


@pytest.mark.parametrize("exporter", LOGS)
def test_logs(exporter: str) -> None:
    ids = {"trace_id": "0af7651916cd43dd8448eb211c80319c", "span_id": "b7ad6b7169203331", "trace_flags": "01"}
    event = {"body": {"sold": 1}, "severity_text": "INFO", "shop": "a", **ids}
    with receiver() as received:
        # The SDK makes its own in another way in each release.
        LOGS[exporter](received).export([otlp_record(event, PerProcess(lambda: RESOURCE))])
        (log,) = received.logs()
    assert (log.body, log.severity_text, log.attributes) == ({"sold": 1}, "INFO", {"shop": "a"})
    assert log.resource["service.name"] == "shop"
    assert log.trace_id == ids["trace_id"]


def test_corrupt() -> None:
    with receiver() as received:
        assert post(f"{received.http_url}/v1/traces", b"\xff") == 400
        assert post(f"{received.http_url}/v1/traces", b"") == 200
        assert post(f"{received.http_url}/elsewhere", b"") == 404
        assert (received.requests, received.corrupt) == (2, 1)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [("503", 503, grpc.StatusCode.UNAVAILABLE), ("garbage", 200, grpc.StatusCode.INTERNAL)],
)
def test_failure(fault: Fault, status: int, code: grpc.StatusCode) -> None:
    with receiver(fault) as received:
        assert post(f"{received.http_url}/v1/logs", b"") == status
        with grpc.insecure_channel(received.grpc_url.removeprefix("http://")) as channel:
            export = channel.unary_unary("/opentelemetry.proto.collector.logs.v1.LogsService/Export")
            with pytest.raises(grpc.RpcError) as caught:
                export(b"", timeout=30)
        assert caught.value.code() == code
        assert (received.requests, received.logs()) == (2, [])


def test_slow() -> None:
    with receiver("slow") as received:
        start = time.monotonic()
        assert post(f"{received.http_url}/v1/logs", b"") == 200
        assert time.monotonic() - start >= 2


def test_hang(caplog: pytest.LogCaptureFixture) -> None:
    """It answers nobody, and its end waits for nobody: neither who waits nor who keeps a connection."""
    with ThreadPoolExecutor(2) as pool:
        with receiver("hang") as received:
            by_http = HttpSpans(f"{received.http_url}/v1/traces", timeout=2)
            by_grpc = GrpcSpans(received.grpc_url, timeout=2)
            for exporter in (by_http, by_grpc):
                pool.submit(exporter.export, [])
            idle = http.client.HTTPConnection(received.http_url.removeprefix("http://"))
            idle.connect()
            deadline = time.monotonic() + 30
            while received.requests < 2:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            # What the exporters say of the end is not of interest.
            caplog.set_level(logging.CRITICAL)
            start = time.monotonic()
        assert time.monotonic() - start < 1
        idle.close()
    by_http.shutdown()
    by_grpc.shutdown()


def test_refused() -> None:
    connection = http.client.HTTPConnection(refused_url().removeprefix("http://"))
    with pytest.raises(ConnectionRefusedError):
        connection.connect()
