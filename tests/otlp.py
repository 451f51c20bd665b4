"""A real OTLP receiver: what an exporter sends it by HTTP or gRPC, a test reads back."""

from __future__ import annotations

import gzip
import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from threading import Event, Lock, Thread
from typing import Any, ClassVar, Literal

import grpc
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality, Exemplar, Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

Fault = Literal["", "slow", "503", "garbage", "hang"]

_Request = ExportTraceServiceRequest | ExportMetricsServiceRequest | ExportLogsServiceRequest

SLOW_SECONDS = 2.0

_GARBAGE = b"\xff<html>this is no protobuf</html>"


@dataclass(frozen=True)
class ReceivedEvent:
    """An event of a span."""

    name: str
    time_ns: int
    attributes: dict[str, Any]


@dataclass(frozen=True)
class ReceivedSpan:
    """A span; its ids are in hex, and *parent_id* is empty in a root."""

    name: str
    kind: str
    """``INTERNAL``, ``SERVER``, ``CLIENT``, ``PRODUCER`` or ``CONSUMER``."""
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, Any]
    resource: dict[str, Any]
    scope: str
    """The name of the instrumentation scope."""
    status: str
    """``UNSET``, ``OK`` or ``ERROR``."""
    status_message: str
    events: tuple[ReceivedEvent, ...]
    start_ns: int
    end_ns: int


@dataclass(frozen=True)
class ReceivedExemplar:
    """One measurement, with the span in which it was made."""

    value: float
    trace_id: str
    span_id: str
    time: int
    attributes: dict[str, Any]


@dataclass(frozen=True)
class MetricPoint:
    """A data point; what its type of metric does not have is None or empty. Times are nanoseconds."""

    resource: dict[str, Any]
    attributes: dict[str, Any]
    scope: str
    unit: str
    start_time: int
    time: int
    exemplars: tuple[ReceivedExemplar, ...]
    value: float | None = None
    """Of a sum or a gauge."""
    count: int | None = None
    """Of a histogram, as what follows."""
    sum: float | None = None
    bucket_counts: tuple[int, ...] = ()
    explicit_bounds: tuple[float, ...] = ()
    temporality: Literal["", "CUMULATIVE", "DELTA"] = ""
    """Empty for a gauge."""
    is_monotonic: bool = False


@dataclass(frozen=True)
class ReceivedLog:
    """A log record; its ids are in hex, and empty outside of a span."""

    body: Any
    severity_text: str
    attributes: dict[str, Any]
    trace_id: str
    span_id: str
    resource: dict[str, Any]


@dataclass
class Receiver:
    """What listens, and what has come in; a receiver with a fault that fails requests keeps no data."""

    http_url: str
    """For ``OTEL_EXPORTER_OTLP_ENDPOINT``: the exporter adds ``/v1/traces`` and its like."""
    grpc_url: str
    fault: Fault
    """May be set while it runs, and holds for the requests that come after."""
    requests: int = 0
    """How many exports have been asked for, whatever became of them."""
    corrupt: int = 0
    """How many bodies could not be read."""
    _kept: list[_Request] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)
    _closed: Event = field(default_factory=Event)

    def spans(self) -> list[ReceivedSpan]:
        """Return the spans in the order in which they came in."""
        return [
            _span(span, _dict(of.resource.attributes), scoped.scope.name)
            for request in self._all(ExportTraceServiceRequest)
            for of in request.resource_spans
            for scoped in of.scope_spans
            for span in scoped.spans
        ]

    def metric_points(self, name: str) -> list[MetricPoint]:
        """Return the points of a metric, of all exports, in the order in which they came in."""
        return [
            point
            for request in self._all(ExportMetricsServiceRequest)
            for of in request.resource_metrics
            for scoped in of.scope_metrics
            for metric in scoped.metrics
            if metric.name == name
            for point in _points(metric, _dict(of.resource.attributes), scoped.scope.name)
        ]

    def total(self, name: str) -> float:
        """Return what a cumulative sum, or the count of a histogram, has come to in all processes.

        That is the sum of the latest points of all series, where processes are told apart by
        ``service.instance.id`` and ``process.pid``. It is 0 if nothing came in.
        """
        latest: dict[str, MetricPoint] = {}
        for point in self.metric_points(name):
            assert point.temporality == "CUMULATIVE", f"{name} has no cumulative points"
            process = [point.resource.get(key) for key in ("service.instance.id", "process.pid")]
            series = json.dumps([process, point.attributes], sort_keys=True, default=repr)
            if series not in latest or latest[series].time <= point.time:
                latest[series] = point
        return sum((point.value if point.count is None else point.count) or 0 for point in latest.values())

    def logs(self) -> list[ReceivedLog]:
        """Return the log records in the order in which they came in."""
        return [
            ReceivedLog(
                body=_value(record.body),
                severity_text=record.severity_text,
                attributes=_dict(record.attributes),
                trace_id=record.trace_id.hex(),
                span_id=record.span_id.hex(),
                resource=_dict(of.resource.attributes),
            )
            for request in self._all(ExportLogsServiceRequest)
            for of in request.resource_logs
            for scoped in of.scope_logs
            for record in scoped.log_records
        ]

    def _all(self, kind: type[Any]) -> list[Any]:
        with self._lock:
            return [request for request in self._kept if isinstance(request, kind)]

    def _receive(self, kind: type[_Request], body: bytes, encoding: str = "") -> Fault | Literal["corrupt"]:
        """Take one export, wait as long as the fault says, and return how to answer."""
        request = kind()
        fault = self.fault
        with self._lock:
            self.requests += 1
            try:
                request.ParseFromString(gzip.decompress(body) if encoding == "gzip" else body)
            except (DecodeError, OSError, EOFError, zlib.error):
                self.corrupt += 1
                return "corrupt"
            if fault in ("", "slow"):
                self._kept.append(request)
        if fault == "slow":
            self._closed.wait(SLOW_SECONDS)
        if fault == "hang":
            self._closed.wait()
        return fault


@contextmanager
def receiver(fault: Fault = "") -> Iterator[Receiver]:
    """Receive OTLP by HTTP and by gRPC on ports of its own until the block ends.

    Args:
        fault: ``slow`` answers after 2 seconds, ``503`` is that or ``UNAVAILABLE``, ``garbage``
            answers with what is no protobuf or ``INTERNAL``, ``hang`` does not answer.
    """
    with _HTTPServer(("127.0.0.1", 0), _Handler) as http, ThreadPoolExecutor(32) as pool:
        # Nobody else may listen on the same port.
        by_grpc = grpc.server(pool, options=[("grpc.so_reuseport", 0)])
        port = by_grpc.add_insecure_port("127.0.0.1:0")
        received = Receiver(f"http://127.0.0.1:{http.server_port}", f"http://127.0.0.1:{port}", fault)
        http.receiver = received
        by_grpc.add_generic_rpc_handlers(tuple(_service(received, *names) for names in _SERVICES.items()))
        by_grpc.start()
        # shutdown() waits for as long as an interval.
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield received
        finally:
            received._closed.set()
            by_grpc.stop(None).wait()
            http.shutdown()
            thread.join()
            http.hang_up()


def refused_url() -> str:
    """Return the URL of a port on which nothing listens."""
    # The system gives it to nobody, as it may give one that has just been free.
    return "http://127.0.0.1:1"


_SERVICES: dict[str, type[_Request]] = {
    "opentelemetry.proto.collector.trace.v1.TraceService": ExportTraceServiceRequest,
    "opentelemetry.proto.collector.metrics.v1.MetricsService": ExportMetricsServiceRequest,
    "opentelemetry.proto.collector.logs.v1.LogsService": ExportLogsServiceRequest,
}


def _service(receiver: Receiver, name: str, kind: type[_Request]) -> grpc.GenericRpcHandler:
    """Make the service of one signal, which reads bytes so that it sees those that are corrupt."""
    failures = {
        "503": grpc.StatusCode.UNAVAILABLE,
        "garbage": grpc.StatusCode.INTERNAL,
        "hang": grpc.StatusCode.CANCELLED,
        "corrupt": grpc.StatusCode.INVALID_ARGUMENT,
    }

    def export(body: bytes, context: grpc.ServicerContext) -> bytes:
        outcome = receiver._receive(kind, body)
        if outcome in failures:
            context.set_code(failures[outcome])
        return b""

    return grpc.method_handlers_generic_handler(name, {"Export": grpc.unary_unary_rpc_method_handler(export)})


class _HTTPServer(ThreadingHTTPServer):
    """A server that can hang up on those who keep their connections open."""

    receiver: Receiver
    # Its end waits for all threads.
    daemon_threads = False

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._connections: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client may leave at any time.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def hang_up(self) -> None:
        """End the connections that are open."""
        connections: list[socket] = [*self._connections]
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """The paths of the three signals."""

    protocol_version = "HTTP/1.1"
    server: _HTTPServer
    kinds: ClassVar[dict[str, type[_Request]]] = {
        "/v1/traces": ExportTraceServiceRequest,
        "/v1/metrics": ExportMetricsServiceRequest,
        "/v1/logs": ExportLogsServiceRequest,
    }

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path not in self.kinds:
            self._answer(404)
            return
        encoding = self.headers.get("Content-Encoding", "")
        outcome = self.server.receiver._receive(self.kinds[self.path], body, encoding)
        if outcome == "hang":
            self.close_connection = True
        else:
            status = {"503": 503, "corrupt": 400}.get(outcome, 200)
            # An empty body is a response in which nothing was rejected.
            self._answer(status, _GARBAGE if outcome == "garbage" else b"")

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-protobuf")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def _span(span: Span, resource: dict[str, Any], scope: str) -> ReceivedSpan:
    return ReceivedSpan(
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        attributes=_dict(span.attributes),
        resource=resource,
        scope=scope,
        status=Status.StatusCode.Name(span.status.code).removeprefix("STATUS_CODE_"),
        status_message=span.status.message,
        events=tuple(
            ReceivedEvent(event.name, event.time_unix_nano, _dict(event.attributes)) for event in span.events
        ),
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
    )


def _points(metric: Metric, resource: dict[str, Any], scope: str) -> Iterator[MetricPoint]:
    which = metric.WhichOneof("data")
    assert which in ("sum", "gauge", "histogram"), f"{metric.name} is a {which}, which nobody reads yet"
    data = getattr(metric, which)
    of_type: dict[str, Any] = {}
    if which != "gauge":
        temporality = AggregationTemporality.Name(data.aggregation_temporality)
        of_type["temporality"] = temporality.removeprefix("AGGREGATION_TEMPORALITY_")
    if which == "sum":
        of_type["is_monotonic"] = data.is_monotonic
    for point in data.data_points:
        of_point: dict[str, Any]
        if which == "histogram":
            of_point = {
                "count": point.count,
                "sum": point.sum,
                "bucket_counts": tuple(point.bucket_counts),
                "explicit_bounds": tuple(point.explicit_bounds),
            }
        else:
            of_point = {"value": _number(point)}
        yield MetricPoint(
            resource=resource,
            attributes=_dict(point.attributes),
            scope=scope,
            unit=metric.unit,
            start_time=point.start_time_unix_nano,
            time=point.time_unix_nano,
            exemplars=tuple(_exemplar(exemplar) for exemplar in point.exemplars),
            **of_type,
            **of_point,
        )


def _exemplar(exemplar: Exemplar) -> ReceivedExemplar:
    return ReceivedExemplar(
        value=_number(exemplar),
        trace_id=exemplar.trace_id.hex(),
        span_id=exemplar.span_id.hex(),
        time=exemplar.time_unix_nano,
        attributes=_dict(exemplar.filtered_attributes),
    )


def _number(holder: Any) -> float:
    """Return the value of a point or an exemplar, which has one for each of two types."""
    which = holder.WhichOneof("value")
    return 0 if which is None else getattr(holder, which)


def _dict(pairs: Iterable[KeyValue]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    which = value.WhichOneof("value")
    if which == "array_value":
        return [_value(item) for item in value.array_value.values]
    if which == "kvlist_value":
        return _dict(value.kvlist_value.values)
    return None if which is None else getattr(value, which)
