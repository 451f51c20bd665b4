"""An app that counts and traces, and clients that ask it: what the tests of telemetry under servers share."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

from prometheus_client.parser import text_string_to_metric_families

from tests.otlp import Receiver

from .server import Server

APP = """
import os, time
from flask import Flask, request
from opentelemetry import metrics, trace
from flask_baseline import Baseline

tracer = trace.get_tracer("shop")
meter = metrics.get_meter("shop")
imported = meter.create_counter("shop.imports", "{import}", "How often the app was loaded.")
placed = meter.create_counter("shop.orders", "{order}", "Orders that were placed.")

app = Flask("shop")
baseline = Baseline(app)
imported.add(1)

@app.get("/orders/<int:number>")
def order(number):
    # Long enough for another worker to get the next one.
    time.sleep(0.01)
    with tracer.start_as_current_span("place"):
        placed.add(1)
    return {"pid": os.getpid()}
"""

DURATION = "http.server.request.duration"

Protocol = Literal["http", "grpc"]


def push_to(receiver: Receiver, protocol: Protocol = "http", *, seconds: float = 30) -> dict[str, str]:
    """Return the environment of an app that sends what it has to *receiver* every so many *seconds*."""
    return otlp(receiver.http_url if protocol == "http" else receiver.grpc_url, protocol, seconds=seconds)


def otlp(url: str, protocol: Protocol = "http", *, seconds: float = 30) -> dict[str, str]:
    """Return the environment of an app that sends what it has to *url* every so many *seconds*."""
    milliseconds = str(int(seconds * 1000))
    return {
        "BASELINE_HEALTH_DRAIN_SECONDS": "0",
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": {"http": "http/protobuf", "grpc": "grpc"}[protocol],
        "OTEL_BSP_SCHEDULE_DELAY": milliseconds,
        "OTEL_METRIC_EXPORT_INTERVAL": milliseconds,
    }


@dataclass(frozen=True)
class Sent:
    """A request and its answer."""

    trace_id: str
    parent_id: str
    pid: int


def send(server: Server, count: int, *, clients: int = 8) -> list[Sent]:
    """Send *count* requests, each in a trace of its own, by several clients at the same time."""
    with ThreadPoolExecutor(clients) as pool:
        return [*pool.map(lambda number: _send(server, number), range(count))]


def send_to_all(server: Server, count: int, workers: int) -> list[Sent]:
    """Send at least *count* requests, and as many more as it takes until so many *workers* have answered."""
    sent = send(server, count)

    def is_known() -> bool:
        if len({each.pid for each in sent}) < workers:
            sent.extend(send(server, 10))
        return len({each.pid for each in sent}) >= workers

    server.wait_until(is_known)
    return sent


def _send(server: Server, number: int) -> Sent:
    trace_id, parent_id = secrets.token_hex(16), secrets.token_hex(8)
    answer = server.get(f"/orders/{number}", {"traceparent": f"00-{trace_id}-{parent_id}-01"})
    assert answer.status == 200
    return Sent(trace_id, parent_id, json.loads(answer.body)["pid"])


def assert_spans(receiver: Receiver, sent: Sequence[Sent]) -> None:
    """Each request has one span, below the client's, and the app's own span is below that."""
    spans = receiver.spans()
    served = {span.trace_id: span for span in spans if span.kind == "SERVER"}
    assert Counter(span.kind for span in spans) == {"SERVER": len(sent), "INTERNAL": len(sent)}
    assert {each.trace_id: (each.parent_id, each.pid) for each in sent} == {
        trace_id: (span.parent_id, span.resource["process.pid"]) for trace_id, span in served.items()
    }
    for span in spans:
        if span.kind == "INTERNAL":
            assert span.parent_id == served[span.trace_id].span_id


def totals(server: Server) -> dict[str, float]:
    """Return the counters and histograms of the page that Prometheus scrapes, by series."""
    answer = server.get("/metrics")
    assert answer.status == 200
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        if family.type in ("counter", "histogram")
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def total(found: Mapping[str, float], name: str) -> float:
    """Return the sum of the series called *name*."""
    return sum(value for series, value in found.items() if series.partition("[")[0] == name)


REQUESTS = "http_server_request_duration_seconds_count"
ORDERS = "shop_orders_total"


def instances(receiver: Receiver) -> Mapping[Any, Any]:
    """Return the ``service.instance.id`` of each process that has sent spans, by process."""
    return {span.resource["process.pid"]: span.resource["service.instance.id"] for span in receiver.spans()}
