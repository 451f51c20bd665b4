"""Elastic Common Schema's names for the fields of a record."""

from __future__ import annotations

from .._safe import Json

VERSION = "8.11.0"

NAMES = {
    "timestamp": "@timestamp",
    "severity_text": "log.level",
    "body": "message",
    "otel.scope.name": "log.logger",
    "request_id": "http.request.id",
    "trace_id": "trace.id",
    "span_id": "span.id",
    "http.response.body.size": "http.response.body.bytes",
    "duration_ms": "event.duration",
    "exception.type": "error.type",
    "exception.message": "error.message",
    "exception.stacktrace": "error.stack_trace",
}


def to_ecs(record: dict[str, Json]) -> dict[str, Json]:
    """Return *record*, in OpenTelemetry's names, in ECS's names and units."""
    renamed = {NAMES.get(name, name): value for name, value in record.items()}
    renamed["log.level"] = str(record["severity_text"]).lower()
    duration = record.get("duration_ms")
    if isinstance(duration, float):
        renamed["event.duration"] = round(duration * 1_000_000)
    return {"ecs.version": VERSION, **renamed}
