"""The access event: one line for each request, when its last byte is sent."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from os import getpid
from time import time
from typing import TYPE_CHECKING

from .._edge import FinishStep
from .._exception import describe
from .._exchange import Exchange
from .._http_names import METHODS, error_type, request_path
from .._safe import Json, safe_text
from .._span_ids import ids_of
from . import captures, ecs
from .lines import Lines
from .record import THREE_DIGITS, Event, timestamp
from .stdout import write

if TYPE_CHECKING:
    from contextvars import Context

    from .._exchange import CallersContext

NAME = "http.server.request"

MAX_USER_AGENT = 256

_BOUND = "structlog_"

# The values that differ between requests of one kind, in the order of the line.
_VALUES = (
    "timestamp",
    "request_id",
    "trace_id",
    "span_id",
    "trace_flags",
    "url.path",
    "http.response.body.size",
    "duration_ms",
    "client.address",
    "user_agent.original",
    "process.pid",
)

_MAX_KINDS = 1024


def log_access(lines: Lines, *, is_sent: bool) -> FinishStep:
    """Return the step that writes the access event.

    What a view binds with `structlog.contextvars.bind_contextvars` is part of the event.

    Args:
        lines: how it is written.
        is_sent: whether a collector gets it too, which needs more than the line.
    """
    if is_sent or lines.config.format == "console":
        return lambda exchange: write(_line(lines, exchange))
    is_ecs = lines.config.fields == "ecs"
    # Requests with the same key have the same line but for `_VALUES`, so that what stands between
    # them is written once, by the general way, and the two ways cannot differ.
    kinds: dict[tuple[object, ...], tuple[str, ...]] = {}

    def log_request(exchange: Exchange) -> None:
        # Most requests bind nothing: the exchange is alone in its context.
        is_plain = len(exchange.context) <= 1 or not _has_bound(exchange.context)
        if exchange.error is not None or captures.takers or not is_plain:
            write(_line(lines, exchange))
            return
        environ = exchange.environ
        elapsed = exchange.elapsed_ns
        request_id = exchange.request_id
        span = ids_of(exchange.span)
        client = environ.get("REMOTE_ADDR")
        agent = environ.get("HTTP_USER_AGENT")
        key = (
            environ.get("REQUEST_METHOD"),
            exchange.route,
            exchange.status,
            not client,
            not agent,
            not request_id,
            span is None,
        )
        kind = kinds.get(key)
        if kind is None:
            if len(kinds) == _MAX_KINDS:
                kinds.clear()
            kind = kinds[key] = _kind(lines, exchange)
        a, b, t, s, r, c, d, e, f, g, h, i = kind
        ids = "" if span is None else f'{t}"{span[0]}"{s}"{span[1]}"{r}"{span[2]}"'
        write(
            f'{a}"{timestamp(time())}"{b}{quoted(request_id) if request_id else ""}'
            f"{ids}{c}{quoted(request_path(environ))}{d}{exchange.body_size}"
            f"{e}{elapsed if is_ecs else f'{elapsed // 1_000_000}.{THREE_DIGITS[elapsed // 1000 % 1000]}'}"
            f"{f}{quoted(client) if client else ''}{g}{quoted(_user_agent(agent)) if agent else ''}"
            f"{h}{getpid()}{i}".encode()
        )

    return log_request


def _kind(lines: Lines, exchange: Exchange) -> tuple[str, ...]:
    """Return what stands before, between and after the values of the line of *exchange*."""
    names = ecs.NAMES if lines.config.fields == "ecs" else {}
    fields = _fields(exchange)
    marked = {**fields, **{name: _mark(name) for name in _VALUES if name in fields}}
    record = lines.record(_event(exchange, marked))
    for name in _VALUES[:5]:
        if names.get(name, name) in record:
            record[names.get(name, name)] = _mark(name)
    rest = lines.encode(record).decode()
    parts: list[str] = []
    for name in _VALUES:
        before, mark, after = rest.partition(quoted(_mark(name)))
        # A value that these requests do not have stands nowhere.
        parts.append(before if mark else "")
        rest = after if mark else before
    return (*parts, rest)


def _mark(name: str) -> str:
    return f"\x00{name}"


def _line(lines: Lines, exchange: Exchange) -> bytes:
    fields = _fields(exchange)
    if exchange.is_unlogged and exchange.error is not None:
        fields |= describe(exchange.error, lines.redactor)
    return lines.line(_event(exchange, fields))


def _event(exchange: Exchange, own: dict[str, Json]) -> Event:
    level = "ERROR" if "error.type" in own else "INFO"
    return Event(level, None, NAME, _bound_fields(exchange.context), own=own, span=exchange.span)


def _fields(exchange: Exchange) -> dict[str, Json]:
    environ = exchange.environ
    method = environ.get("REQUEST_METHOD", "")
    is_known = method in METHODS
    fields: dict[str, Json] = {
        "http.request.method": method if is_known else "_OTHER",
        "http.request.method_original": None if is_known else safe_text(method, 64),
        "http.route": exchange.route,
        "url.path": request_path(environ),
        "http.response.status_code": exchange.status,
        "http.response.body.size": exchange.body_size,
        "duration_ms": round(exchange.elapsed_ns / 1e6, 3),
        "client.address": environ.get("REMOTE_ADDR") or None,
        "user_agent.original": _user_agent(environ.get("HTTP_USER_AGENT", "")) or None,
        "error.type": error_type(exchange),
        "process.pid": getpid(),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _user_agent(agent: str) -> str:
    return agent if len(agent) <= MAX_USER_AGENT and agent.isascii() else safe_text(agent, MAX_USER_AGENT)


def _has_bound(context: Context | CallersContext) -> bool:
    return any(variable.name.startswith(_BOUND) for variable in context)


def _bound_fields(context: Context | CallersContext) -> dict[str, object]:
    """Return what `structlog.contextvars` holds in the request's context."""
    return {
        variable.name[len(_BOUND) :]: value
        for variable, value in context.items()
        if variable.name.startswith(_BOUND) and value is not Ellipsis
    }
