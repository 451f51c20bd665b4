"""A log record before it is written: OpenTelemetry's names, in the order that a line has."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from traceback import TracebackException
from typing import cast

from flask import current_app, has_app_context

from .._exchange import current_exchange
from .redaction import Redactor
from .safe import Json, plain, plain_fields, safe_text

RESERVED = frozenset(
    {"service.name", "service.version", "trace_id", "span_id", "trace_flags", "trace.id", "span.id"}
)
"""Names that only we may write, in a record that does not have them too."""

MAX_FRAMES = 20
MAX_STACKTRACE = 16_384

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


def make_record(
    level: str,
    logger: str | None,
    message: object,
    fields: Mapping[str, object],
    error: object,
    *,
    own: Mapping[str, Json],
    service: Mapping[str, str],
    redactor: Redactor,
    rename: Callable[[dict[str, Json]], dict[str, Json]],
) -> dict[str, Json]:
    """Return the record of one event.

    Args:
        level: as in `logging`, in capitals.
        logger: the name of the logger.
        message: what happened.
        fields: what the app says about it. One whose name the record has itself gets a trailing
            ``_``: logged data cannot forge an id, a level or a service.
        error: an exception, an ``exc_info`` tuple, or anything true for the one being handled.
        own: more fields of our own, plain already.
        service: ``service.*`` of an event outside of any request and app context.
        redactor: what must not be written.
        rename: from OpenTelemetry's names to those of the line.
    """
    record: dict[str, Json] = {
        "timestamp": timestamp(time.time()),
        "severity_text": level,
        "body": plain(message, redactor),
        **_service_of_event(service),
    }
    exchange = current_exchange.get()
    if exchange is not None and exchange.request_id is not None:
        record["request_id"] = exchange.request_id
    if logger:
        record["otel.scope.name"] = safe_text(logger)
    record |= own
    exception = _exception(error)
    if exception is not None:
        record |= describe(exception, redactor)
    record = rename(record)
    for name, value in plain_fields(fields, redactor).items():
        while name in record or name in RESERVED:
            name += "_"
        record[name] = value
    return record


def describe(error: BaseException, redactor: Redactor) -> dict[str, Json]:
    """Return ``exception.*`` of *error*. Local variables are never part of it."""
    stacktrace = _stacktrace(error)
    if len(stacktrace) > MAX_STACKTRACE:
        half = MAX_STACKTRACE // 2
        stacktrace = f"{stacktrace[:half]}\n...[cut]\n{stacktrace[-half:]}"
    return {
        "exception.type": type_name(error),
        "exception.message": plain(_message(error), redactor),
        "exception.stacktrace": redactor.scrub(safe_text(stacktrace, MAX_STACKTRACE + 64)),
    }


def _stacktrace(error: BaseException) -> str:
    try:
        return "".join(TracebackException.from_exception(error, limit=-MAX_FRAMES).format())
    except Exception:
        # Python prints attributes that may hold anything, such as the text and position of a SyntaxError.
        return "<unprintable>"


def type_name(error: BaseException) -> str:
    """Return the class of *error* as OpenTelemetry's ``error.type`` and ``exception.type`` have it."""
    cls = type(error)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "<unprintable>"


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
