"""The metrics that the dashboard and the rules may use, and those that an expression does use."""

from __future__ import annotations

import re
from collections.abc import Iterator

_REQUEST = (
    "http_request_method",
    "http_route",
    "http_response_status_code",
    "url_scheme",
    "network_protocol_version",
    "error_type",
)

METRICS: dict[str, tuple[str, ...]] = {
    "http_server_request_duration_seconds_bucket": (*_REQUEST, "le"),
    "http_server_request_duration_seconds_count": _REQUEST,
    "http_server_request_duration_seconds_sum": _REQUEST,
    "http_server_active_requests": ("http_request_method", "url_scheme"),
    "baseline_workers": (),
    "baseline_worker_starts_total": (),
    "baseline_telemetry_dropped_total": ("signal",),
    "baseline_telemetry_export_failures_total": ("signal",),
    "baseline_edge_failures_total": ("step",),
    "process_cpu_time_seconds_total": ("cpu_mode",),
    "process_memory_usage_bytes": (),
    "process_threads": (),
    "cpython_gc_collections_total": ("cpython_gc_generation",),
    "cpython_gc_collected_objects_total": ("cpython_gc_generation",),
    "cpython_gc_uncollectable_objects_total": ("cpython_gc_generation",),
    "target_info": ("service_name", "service_version"),
}
"""What a service shows, with the labels of each."""

OF_PROMETHEUS = {"up": ()}
"""What Prometheus itself knows of each target."""

OF_TARGETS = ("job", "instance")
"""The labels that Prometheus puts on everything that it scrapes."""

_WORDS = {"and", "or", "unless", "by", "on", "offset", "bool"}


def metrics_in(expression: str) -> set[str]:
    """Return the names of the metrics in a PromQL expression."""
    text = re.sub(r'"[^"]*"', "", expression)
    text = re.sub(r"\{[^}]*\}|\[[^]]*\]|\b(by|on) \([^)]*\)|\boffset \w+", " ", text)
    found = re.findall(r"(?<![\w:])[a-z_][\w:]*(?![\w:]|\s*\()", text)
    return {*found} - _WORDS


def labels_in(expression: str) -> Iterator[tuple[set[str], set[str]]]:
    """Yield labels of a PromQL expression, each time with the metrics of which one must have them."""
    for metric, matchers in re.findall(r"([\w:]+)\{([^}]*)\}", expression):
        yield {metric}, {*re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", re.sub(r'"[^"]*"', "", matchers))}
    for labels in re.findall(r"\b(?:by|on) \(([^)]*)\)", expression):
        yield metrics_in(expression), {*re.findall(r"\w+", labels)}
