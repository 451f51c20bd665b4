"""Send the events of an app to an OTLP collector, besides standard output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from os import getpid
from time import time_ns
from typing import TYPE_CHECKING, Any

from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from ..telemetry.closing import close_at_exit
from ..telemetry.outbox import Outbox
from ..telemetry.per_process import PerProcess
from ..telemetry.resource import resource_of

if TYPE_CHECKING:
    from .._safe import Json

# https://opentelemetry.io/docs/specs/otel/logs/data-model/#mapping-of-severitynumber
_SEVERITIES = {
    "DEBUG": SeverityNumber.DEBUG,
    "INFO": SeverityNumber.INFO,
    "WARNING": SeverityNumber.WARN,
    "ERROR": SeverityNumber.ERROR,
    "CRITICAL": SeverityNumber.FATAL,
}

_NO_ATTRIBUTES = frozenset(
    {
        "timestamp",
        "severity_text",
        "body",
        "service.name",
        "service.version",
        "trace_id",
        "span_id",
        "trace_flags",
        "otel.scope.name",
    }
)
"""Fields of a line that are no attributes of a log record: it has places of its own for them."""


@dataclass(frozen=True)
class OtlpRecord:
    """A log record as every release of the exporter reads it.

    The SDK's classes for logs are not stable: what is wrapped in what differs between releases.
    """

    timestamp: int
    observed_timestamp: int
    trace_id: int
    span_id: int
    trace_flags: int
    severity_text: str
    severity_number: SeverityNumber
    body: Json
    attributes: Mapping[str, Json]
    sender: PerProcess[Resource]
    instrumentation_scope: InstrumentationScope
    event_name: None = None
    dropped_attributes: int = 0

    @property
    def log_record(self) -> OtlpRecord:
        """Itself: it is what wraps it too."""
        return self

    @property
    def resource(self) -> Resource:
        """Who has logged it."""
        return self.sender.get()


def otlp_record(record: Mapping[str, Json], sender: PerProcess[Resource]) -> OtlpRecord:
    """Return an event with OpenTelemetry's names, redacted and plain already, as a log record."""
    now = time_ns()
    level = str(record.get("severity_text"))
    return OtlpRecord(
        timestamp=now,
        observed_timestamp=now,
        trace_id=_number(record.get("trace_id")),
        span_id=_number(record.get("span_id")),
        trace_flags=_number(record.get("trace_flags")),
        severity_text=level,
        severity_number=_SEVERITIES.get(level, SeverityNumber.UNSPECIFIED),
        body=record.get("body"),
        # A null says nothing, and not every release of the exporter can send it.
        attributes={
            name: value for name, value in record.items() if name not in _NO_ATTRIBUTES and value is not None
        },
        sender=sender,
        instrumentation_scope=_scope(str(record.get("otel.scope.name") or "")),
    )


def _number(digits: object) -> int:
    return int(digits, 16) if isinstance(digits, str) else 0


@lru_cache(maxsize=256)
def _scope(name: str) -> InstrumentationScope:
    return InstrumentationScope(name)


class Logs:
    """The log records of one app on their way to the collector.

    Args:
        service: the app's ``service.*``.
        new_outbox: makes a process's queue.
    """

    def __init__(self, service: Mapping[str, str], new_outbox: Callable[[], Outbox]) -> None:
        self._new_outbox = new_outbox
        self._outbox = PerProcess(self._make)
        self._sender = PerProcess(lambda: resource_of(service))
        self._serving = self._known = 0

    def send(self, record: Mapping[str, Any]) -> None:
        """Queue one event, unless the thread that sends them has logged it, which would never end."""
        outbox = self._outbox.get()
        if not outbox.ticker.is_current():
            outbox.put(otlp_record(record, self._sender))
            if self._known != getpid():
                # What finds out who sends may log, in threads of its own, which must not wait for it. At the
                # end of a process it is too late.
                self._known = getpid()
                with suppress(Exception):
                    self._sender.get()

    def serve(self) -> None:
        """Begin to send, in a process that has forked, and may have threads."""
        if self._serving != getpid():
            self._outbox.get().ticker.start()
            self._serving = getpid()

    def stop(self) -> None:
        """Send what waits, and nothing any more."""
        outbox = self._outbox.made()
        if outbox is not None:
            outbox.ticker.stop()

    def _make(self) -> Outbox:
        outbox = self._new_outbox()
        close_at_exit(outbox.ticker)
        return outbox
