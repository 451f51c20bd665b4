"""From an event to the bytes of its line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

from .console import to_console
from .ecs import to_ecs
from .record import make_record
from .redaction import Redactor
from .safe import Json
from .settings import LoggingSettings

_encode = json.JSONEncoder(
    # ASCII alone: U+2028 and bidirectional overrides cannot forge lines for any reader.
    ensure_ascii=True,
    allow_nan=False,
    check_circular=False,
    separators=(",", ":"),
).encode

_NO_FIELDS: Mapping[str, Json] = MappingProxyType({})


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

    def __post_init__(self) -> None:
        object.__setattr__(self, "redactor", Redactor(self.config.redact))

    def record(
        self,
        level: str,
        logger: str | None,
        message: object,
        fields: Mapping[str, object],
        error: object = None,
        own: Mapping[str, Json] = _NO_FIELDS,
    ) -> dict[str, Json]:
        """Return one event with the names of the line; see `make_record`."""
        is_ecs = self.config.fields == "ecs" and self.config.format == "json"
        return make_record(
            level,
            logger,
            message,
            fields,
            error,
            own=own,
            service=self.service,
            redactor=self.redactor,
            rename=to_ecs if is_ecs else dict,
        )

    def encode(self, record: dict[str, Json]) -> bytes:
        """Return the line of a record, with its line end."""
        text = to_console(record) if self.config.format == "console" else _encode(record)
        return text.encode() + b"\n"
