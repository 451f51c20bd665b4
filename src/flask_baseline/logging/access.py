"""The access event: one line for each request, when its last byte is sent."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from os import getpid
from time import perf_counter_ns, time
from typing import TYPE_CHECKING

from .._edge import FinishStep
from .._exchange import Exchange
from . import ecs
from .lines import Lines
from .record import THREE_DIGITS, describe, timestamp, type_name
from .safe import Json, safe_text
from .stdout import write

if TYPE_CHECKING:
    from contextvars import Context

    from _typeshed.wsgi import WSGIEnvironment

    from .._exchange import CallersContext

EVENT = "http.server.request"

MAX_PATH = 2048
MAX_USER_AGENT = 256

METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"})
"""Any other method is ``_OTHER``, as OpenTelemetry's ``http.request.method`` has it."""

_BOUND = "structlog_"

# The values that differ between requests of one kind, in the order of the line.
_VALUES = (
    "timestamp",
    "request_id",
    "url.path",
    "http.response.body.size",
    "duration_ms",
    "client.address",
    "user_agent.original",
    "process.pid",
)

_MAX_KINDS = 1024


def log_access(lines: Lines) -> FinishStep:
    """Return the step that writes the access event.

    What a view binds with `structlog.contextvars.bind_contextvars` is part of the event.
    """
    if lines.config.format == "console":
        return lambda exchange: write(_line(lines, exchange, _fields(exchange)))
    is_ecs = lines.config.fields == "ecs"
    # Requests with the same key have the same line but for `_VALUES`, so that what stands between
    # them is written once, by the general way, and the two ways cannot differ.
    kinds: dict[tuple[object, ...], tuple[str, ...]] = {}

    def log_request(exchange: Exchange) -> None:
        # Most requests bind nothing: the exchange is alone in its context.
        if exchange.error is not None or (len(exchange.context) > 1 and _has_bound(exchange.context)):
            write(_line(lines, exchange, _fields(exchange)))
            return
        environ = exchange.environ
        elapsed = perf_counter_ns() - exchange.started_ns
        request_id = exchange.request_id
        client = environ.get("REMOTE_ADDR")
        agent = environ.get("HTTP_USER_AGENT")
        key = (
            environ.get("REQUEST_METHOD"),
            exchange.route,
            exchange.status,
            not client,
            not agent,
            not request_id,
        )
        kind = kinds.get(key)
        if kind is None:
            if len(kinds) == _MAX_KINDS:
                kinds.clear()
            kind = kinds[key] = _kind(lines, exchange)
        a, b, c, d, e, f, g, h, i = kind
        write(
            f'{a}"{timestamp(time())}"{b}{quoted(request_id) if request_id else ""}'
            f"{c}{quoted(_path(environ))}{d}{exchange.body_size}"
            f"{e}{elapsed if is_ecs else f'{elapsed // 1_000_000}.{THREE_DIGITS[elapsed // 1000 % 1000]}'}"
            f"{f}{quoted(client) if client else ''}{g}{quoted(_user_agent(agent)) if agent else ''}"
            f"{h}{getpid()}{i}".encode()
        )

    return log_request


def _kind(lines: Lines, exchange: Exchange) -> tuple[str, ...]:
    """Return what stands before, between and after the values of the line of *exchange*."""
    names = ecs.NAMES if lines.config.fields == "ecs" else {}
    fields = _fields(exchange)
    record = _record(lines, exchange, {**fields, **{name: _mark(name) for name in _VALUES if name in fields}})
    for name in ("timestamp", "request_id"):
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


def _line(lines: Lines, exchange: Exchange, fields: dict[str, Json]) -> bytes:
    if exchange.is_escaped and exchange.error is not None:
        # It left past Flask or through the body, so nothing inside the app has logged it.
        fields |= describe(exchange.error, lines.redactor)
    return lines.encode(_record(lines, exchange, fields))


def _record(lines: Lines, exchange: Exchange, fields: dict[str, Json]) -> dict[str, Json]:
    level = "ERROR" if "error.type" in fields else "INFO"
    return lines.record(level, None, EVENT, _bound_fields(exchange.context), own=fields)


def _fields(exchange: Exchange) -> dict[str, Json]:
    environ = exchange.environ
    method = environ.get("REQUEST_METHOD", "")
    is_known = method in METHODS
    fields: dict[str, Json] = {
        "http.request.method": method if is_known else "_OTHER",
        "http.request.method_original": None if is_known else safe_text(method, 64),
        "http.route": exchange.route,
        "url.path": _path(environ),
        "http.response.status_code": exchange.status,
        "http.response.body.size": exchange.body_size,
        "duration_ms": round((perf_counter_ns() - exchange.started_ns) / 1e6, 3),
        "client.address": environ.get("REMOTE_ADDR") or None,
        "user_agent.original": _user_agent(environ.get("HTTP_USER_AGENT", "")) or None,
        "error.type": _error_type(exchange),
        "process.pid": getpid(),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _error_type(exchange: Exchange) -> str | None:
    """Return OpenTelemetry's ``error.type``: the exception, or the status of a server error."""
    if exchange.error is not None:
        return type_name(exchange.error)
    return str(exchange.status) if exchange.status >= 500 else None


def _path(environ: WSGIEnvironment) -> str:
    path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    if path.isascii() and len(path) <= MAX_PATH:
        return path
    # WSGI hands over bytes as Latin-1 (PEP 3333); paths are UTF-8.
    return safe_text(path.encode("latin-1", "replace").decode("utf-8", "replace"), MAX_PATH)


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
