"""The standard library's loggers, in the same lines."""

from __future__ import annotations

import logging
import re
import sys
from dataclasses import dataclass
from typing import cast

from structlog.contextvars import get_contextvars

from .lines import Lines
from .record import Event
from .stdout import write

# What every LogRecord has; the rest came with extra={...}.
_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

# The development server decorates its lines for a terminal: with colours, and as a list.
_DECORATION = re.compile(r"\x1b\[[0-9;]*m|\n(?= \* )")


class StdoutHandler(logging.Handler):
    """Writes every record as one line to standard output."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self.lines = lines

    def handle(self, record: logging.LogRecord) -> bool:
        """Write *record* unless a filter refuses it.

        Without the handler's lock: to make a line needs none, and to write it has its own.
        """
        # Since Python 3.12 a filter may replace the record.
        passed = cast("bool | logging.LogRecord", self.filter(record))
        if passed:
            self.emit(record if passed is True else passed)
        return bool(passed)

    def emit(self, record: logging.LogRecord) -> None:
        """Write *record*. It never raises."""
        fields = {**get_contextvars(), **{k: v for k, v in vars(record).items() if k not in _OWN}}
        if record.stack_info:
            fields["code.stacktrace"] = record.stack_info
        event = Event(record.levelname, record.name, _message(record), fields, record.exc_info)
        write(self.lines.line(event))


def _message(record: logging.LogRecord) -> object:
    try:
        message = record.getMessage()
    except Exception:
        # The arguments do not fit, or one cannot be printed: the bare message is still worth a line.
        return record.msg
    return _DECORATION.sub("", message) if record.name == "werkzeug" else message


@dataclass(frozen=True)
class ServerLines:
    """A filter that writes the records of gunicorn's logger itself, in place of its console handler.

    gunicorn makes that handler anew at each start and reload, and nothing of ours runs in between.
    """

    logger: logging.Logger
    handler: StdoutHandler

    def filter(self, record: logging.LogRecord) -> bool:
        """Write *record*; return whether the logger's own handlers shall have it, such as a file."""
        if not all(is_console(handler) for handler in self.logger.handlers):
            return True
        self.handler.handle(record)
        return False


@dataclass(frozen=True)
class ToRoot:
    """A filter that sends the records of gunicorn's logger to the root's handlers, not to its own console.

    gunicorn makes its console handler anew at a reload, which a preloaded app does not notice.
    """

    logger: logging.Logger

    def filter(self, _record: logging.LogRecord) -> bool:
        """Remove the logger's console handlers before they see the record."""
        for handler in [*self.logger.handlers]:
            if is_console(handler):
                self.logger.removeHandler(handler)
                self.logger.propagate = True
        return True


def is_console(handler: logging.Handler) -> bool:
    """Whether *handler* writes to standard output or standard error."""
    consoles: tuple[object, ...] = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    return getattr(handler, "stream", handler) in consoles


def is_other_line(record: logging.LogRecord) -> bool:
    """Whether *record* is anything but the development server's own access line."""
    is_access_line = isinstance(record.msg, str) and '] "%s" %s %s' in record.msg
    return not (is_access_line and record.levelno == logging.INFO)
