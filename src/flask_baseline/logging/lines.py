"""From an event to the bytes of its line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from .._redaction import Redactor
from .._safe import Json
from . import captures
from .console import to_console
from .ecs import to_ecs
from .outlets import current_outlet
from .record import Event, make_record
from .settings import LoggingSettings

_encode = json.JSONEncoder(
    # ASCII alone: U+2028 and bidirectional overrides cannot forge lines for any reader.
    ensure_ascii=True,
    allow_nan=False,
    check_circular=False,
    separators=(",", ":"),
).encode


class LogConfig(NamedTuple):
    """What all loggers of a process share."""

    level: str
    format: Literal["json", "console"]
    fields: Literal["otel", "ecs"]
    redact: tuple[str, ...]
    stdlib: bool


def config_of(settings: LoggingSettings) -> LogConfig:
    """Return the part of *settings* that holds for the whole process."""
    return LogConfig(settings.level, settings.format, settings.fields, settings.redact, settings.stdlib)


@dataclass(frozen=True)
class Lines:
    """Writes events as lines in the way that *config* says."""

    config: LogConfig
    service: Mapping[str, str] = field(default_factory=dict[str, str])
    """``service.*`` of events outside of any request and app context."""
    chosen: frozenset[str] = frozenset()
    """The keys that the app sets, where the others have their defaults."""
    redactor: Redactor = field(init=False)
    is_ecs: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "redactor", Redactor(self.config.redact))
        object.__setattr__(self, "is_ecs", self.config.fields == "ecs" and self.config.format == "json")

    def line(self, event: Event) -> bytes:
        """Return the line of *event*, which the collector of its app gets too."""
        record = self.record(event)
        for take in captures.takers:
            take(record)
        outlet = current_outlet()
        if outlet is not None:
            # A collector knows OpenTelemetry's names, whatever the lines have.
            outlet.send(make_record(event, self.service, self.redactor, dict) if self.is_ecs else record)
        return self.encode(record)

    def record(self, event: Event) -> dict[str, Json]:
        """Return *event* with the names of the line."""
        return make_record(event, self.service, self.redactor, to_ecs if self.is_ecs else dict[str, Json])

    def encode(self, record: dict[str, Json]) -> bytes:
        """Return the line of a record, with its line end."""
        text = to_console(record) if self.config.format == "console" else _encode(record)
        return text.encode() + b"\n"
