"""A log record before it is written: OpenTelemetry's names, in the order that a line has."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, cast

from flask import current_app, has_app_context

from .._exception import describe
from .._exchange import current_exchange
from .._redaction import Redactor
from .._safe import Json, plain, plain_fields, safe_text
from .._span_ids import current_span_ids, ids_of

if TYPE_CHECKING:
    from opentelemetry.trace import Span

RESERVED = frozenset(
    {"service.name", "service.version", "trace_id", "span_id", "trace_flags", "trace.id", "span.id"}
)
"""Names that only we may write, in a record that does not have them too."""

THREE_DIGITS = tuple(f"{number:03d}" for number in range(1000))
"""To look up, because formatting a number costs more than the rest of a field."""

_second = (0, "")


def timestamp(now: float) -> str:
    """Return *now*, in seconds since the epoch, as RFC 3339 in UTC with microseconds."""
    global _second
    whole = int(now)
    second, text = _second
    if whole != second:
        text = time.strftime("%Y-%m-%dT%H:%M:%S.", time.gmtime(whole))
        _second = (whole, text)  # one assignment, so that no thread sees half of it
    microseconds = int((now - whole) * 1_000_000)
    return f"{text}{THREE_DIGITS[microseconds // 1000]}{THREE_DIGITS[microseconds % 1000]}Z"


class Event(NamedTuple):
    """What happened."""

    level: str
    """As in `logging`, in capitals."""
    logger: str | None
    message: object
    fields: Mapping[str, object]
    """What the app says about it. One whose name the record has itself gets a trailing ``_``: logged
    data cannot forge an id, a level or a service."""
    error: object = None
    """An exception, an ``exc_info`` tuple, or anything true for the one being handled."""
    own: Mapping[str, Json] = MappingProxyType({})
    """More fields of our own, plain already."""
    span: Span | None = None
    """The span that it belongs to, where that is not the current one."""


def make_record(
    event: Event,
    service: Mapping[str, str],
    redactor: Redactor,
    rename: Callable[[dict[str, Json]], dict[str, Json]],
) -> dict[str, Json]:
    """Return the record of *event*.

    Args:
        event: what happened.
        service: ``service.*`` of an event outside of any request and app context.
        redactor: what must not be written.
        rename: from OpenTelemetry's names to those of the line.
    """
    record: dict[str, Json] = {
        "timestamp": timestamp(time.time()),
        "severity_text": event.level,
        "body": plain(event.message, redactor),
        **_service_of_event(service),
    }
    exchange = current_exchange.get()
    if exchange is not None and exchange.request_id is not None:
        record["request_id"] = exchange.request_id
    ids = current_span_ids() if event.span is None else ids_of(event.span)
    if ids is not None:
        record |= ids._asdict()
    if event.logger:
        record["otel.scope.name"] = safe_text(event.logger)
    record |= event.own
    exception = _exception(event.error)
    if exception is not None:
        record |= describe(exception, redactor)
    record = rename(record)
    for name, value in plain_fields(event.fields, redactor).items():
        while name in record or name in RESERVED:
            name += "_"
        record[name] = value
    return record


def _exception(error: object) -> BaseException | None:
    if isinstance(error, BaseException):
        return error
    if isinstance(error, tuple):
        parts = cast("tuple[object, ...]", error)
        return next((part for part in parts if isinstance(part, BaseException)), None)
    return sys.exc_info()[1] if error else None


def _service_of_event(default: Mapping[str, str]) -> Mapping[str, str]:
    exchange = current_exchange.get()
    if exchange is not None:
        return exchange.edge.service
    if has_app_context() and "baseline" in current_app.extensions:
        service: Mapping[str, str] = current_app.extensions["baseline"].setup.service
        return service
    return default
