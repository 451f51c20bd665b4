"""``BASELINE_LOGGING_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from .._feature import FeatureSettings
from ..settings.profiles import Profile
from ..settings.rules import SettingError
from ..settings.standard import standard

_TAKEN_HEADERS = frozenset(
    {
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "date",
        "host",
        "location",
        "set-cookie",
        "transfer-encoding",
    }
)


class LoggingSettings(FeatureSettings):
    """Structured logs on standard output."""

    relaxed: ClassVar[Mapping[Profile, Mapping[str, object]]] = {"dev": {"format": "console"}}

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    """The lowest level that is written, for structlog and the standard library alike."""

    format: Literal["json", "console"] = "json"
    """One JSON object a line, or text for people."""

    fields: Literal["otel", "ecs"] = "otel"
    """The names of the fields: OpenTelemetry's, or Elastic Common Schema's."""

    access: bool = True
    """One event per request, when its last byte is sent."""

    stdlib: bool = True
    """Write what `logging` and `warnings` report, in the same shape."""

    exporter: Literal["otlp", "otlp-grpc", "console", "none"] = Field(
        default="none", json_schema_extra=standard("OTEL_LOGS_EXPORTER")
    )
    """Where events go besides standard output, which is where `console` sends them too."""

    redact: tuple[str, ...] = ()
    """Globs of field names to redact, added to the built-in ones; `!GLOB` shows a field again."""

    request_id_header: str = Field(default="X-Request-ID", pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$")
    """The header that brings a request's id and takes it back."""

    @field_validator("request_id_header")
    @classmethod
    def _of_its_own(cls, value: str) -> str:
        if value.lower() in _TAKEN_HEADERS or "_" in value:
            # Servers drop names with an underscore, which a variable cannot tell from a hyphen.
            raise SettingError("names a header with another meaning", "name one such as X-Request-ID")
        return value

    @field_validator("level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value
