"""structlog's loggers, in the same lines."""

from __future__ import annotations

from collections.abc import Callable
from traceback import format_stack

from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

from .lines import Lines
from .record import Event
from .stdout import write

_LEVELS = {"warn": "WARNING", "exception": "ERROR", "fatal": "CRITICAL", "msg": "INFO", "log": "INFO"}


class StdoutLogger:
    """What structlog hands finished lines to."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name

    debug = info = warning = warn = error = exception = critical = fatal = msg = log = staticmethod(write)


def processors(lines: Lines) -> list[Processor]:
    """Return the processors that turn an event into its line."""
    return [merge_contextvars, _to_line(lines)]


def _to_line(lines: Lines) -> Callable[[WrappedLogger, str, EventDict], bytes]:
    def to_line(logger: WrappedLogger, method: str, event: EventDict) -> bytes:
        fields = dict(event)
        level = _LEVELS.get(method, method.upper())
        message, error = fields.pop("event", ""), fields.pop("exc_info", None)
        if fields.pop("stack_info", False):
            # structlog's own processor prints the frames of structlog too; Python's is enough.
            fields["code.stacktrace"] = "".join(format_stack()[:-1])
        return lines.line(Event(level, logger.name, message, fields, error))

    return to_line
