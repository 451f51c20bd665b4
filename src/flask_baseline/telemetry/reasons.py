"""Why an export failed, which exporters only log."""

from __future__ import annotations

import logging
from threading import get_ident

from .._exception import message_of
from .._redaction import Redactor

LOGGER = "opentelemetry.exporter"
"""Above all exporters' loggers."""

MAX_LENGTH = 200

_redactor = Redactor()


class Reasons(logging.Handler):
    """Keeps the first line of each of our exports, where an exporter would write one for every attempt."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[int, str] = {}
        """What was said first, by thread, for those that export."""

    def handle(self, record: logging.LogRecord) -> bool:
        """Keep *record*; without the handler's lock, which a fork could leave behind."""
        self.emit(record)
        return True

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message of *record*, or pass it on if it is about an export of the app's own."""
        parent = logging.getLogger(LOGGER).parent
        if self.is_of_others(record) and parent is not None:
            parent.callHandlers(record)

    def is_of_others(self, record: logging.LogRecord) -> bool:
        """Return whether *record* is about an export of the app's own; keep its message if it is not."""
        if get_ident() not in self.said:
            return True
        try:
            self.keep(record.getMessage())
        except Exception:
            # Its arguments do not fit.
            self.keep(str(record.msg))
        return False

    def keep(self, text: str) -> None:
        """Keep *text* as what this thread's export has said, unless it has said something before."""
        if not self.said.get(get_ident()):
            self.said[get_ident()] = text


reasons = Reasons()


def listen() -> None:
    """Keep from now on what exporters log in this thread."""
    reasons.said[get_ident()] = ""


def reason() -> str:
    """Return what an exporter has logged first in this thread since `listen`, and listen no more."""
    return _told(reasons.said.pop(get_ident(), ""))


def reason_of(error: Exception) -> str:
    """Return why an export failed that has raised *error*."""
    return _told(f"{type(error).__name__}: {message_of(error)}")


def _told(text: str) -> str:
    """Return *text* as a part of a line: a collector's answer may be a page."""
    # A secret has to be whole to be seen.
    return _redactor.scrub(" ".join(text.split()))[:MAX_LENGTH].rstrip(".: ")
