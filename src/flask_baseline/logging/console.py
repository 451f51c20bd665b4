"""Lines for people, with every control character shown instead of obeyed."""

from __future__ import annotations

import re
import sys
from functools import cache
from typing import cast

from structlog.dev import ConsoleRenderer

from .._safe import Json

# C0 and C1 controls, line and paragraph separators, bidirectional overrides.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# The same for every line of an app, so they only push the rest out of sight.
_UNINTERESTING = ("service.name", "service.version", "process.pid", "exception.type", "exception.message")

# The access event's first words, where other lines have their message.
_REQUEST = ("http.request.method", "url.path", "http.response.status_code")

# What the renderer itself makes something of.
_TAKEN = ("event", "exc_info", "exception", "level", "logger", "logger_name", "stack", "timestamp")


def visible(text: str) -> str:
    """Return *text* with control characters written as escapes."""
    return _CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def to_console(record: dict[str, Json]) -> str:
    """Return the line, or with a stack trace the lines, of a record in OpenTelemetry's names."""
    message = record.pop("body")
    if all(name in record for name in _REQUEST):
        message = " ".join(str(record.pop(name)) for name in _REQUEST)
    event: dict[str, Json] = {
        "timestamp": cast(str, record.pop("timestamp"))[11:23],
        "level": cast(str, record.pop("severity_text")).lower(),
        "event": visible(str(message)),
    }
    stacktrace = record.pop("exception.stacktrace", None)
    logger = record.pop("otel.scope.name", None)
    if logger is not None:
        event["logger"] = visible(str(logger))
    for name, value in record.items():
        if name not in _UNINTERESTING:
            shown = visible(name) + "_" * (name in _TAKEN)
            event[shown] = visible(value) if isinstance(value, str) else value
    if stacktrace is not None:
        event["exception"] = "\n".join(visible(line) for line in str(stacktrace).split("\n"))
    return _renderer(_is_terminal())(None, "", event)


def _is_terminal() -> bool:
    try:
        return sys.stdout.isatty()
    except (AttributeError, ValueError):
        # There is no standard output, or it is closed.
        return False


@cache
def _renderer(colors: bool) -> ConsoleRenderer:
    return ConsoleRenderer(colors=colors, sort_keys=False)
