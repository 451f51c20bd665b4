"""``BASELINE_TRACING_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from .._feature import FeatureSettings
from ..settings.standard import standard
from ..telemetry.endpoint import has_endpoint, is_disabled

if TYPE_CHECKING:
    from flask import Flask

HeaderName = Annotated[str, StringConstraints(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]

Library = Literal["httpx", "redis", "requests", "sqlalchemy", "urllib3"]

LIBRARIES: tuple[Library, ...] = ("httpx", "redis", "requests", "sqlalchemy", "urllib3")
"""Those whose calls can become spans."""


class TracingSettings(FeatureSettings):
    """Traces of requests and of what they call."""

    enabled: bool | Literal["auto"] = "auto"  # type: ignore[assignment]
    """Whether the feature is on; `auto`: where there is an exporter or an OTLP endpoint."""

    exporter: Literal["otlp", "otlp-grpc", "console", "memory", "none"] | None = Field(
        default=None, json_schema_extra=standard("OTEL_TRACES_EXPORTER")
    )
    """Where spans go. Unset: `otlp` where `OTEL_EXPORTER_OTLP_ENDPOINT` says where, else `none`."""

    sample_ratio: float | None = Field(
        default=None, ge=0, le=1, json_schema_extra=standard(instead_of=("OTEL_TRACES_SAMPLER",))
    )
    """The share of traces that begin here and are recorded. Unset: all, or as `OTEL_TRACES_SAMPLER` says."""

    trust_parent: bool = True
    """Whether a request continues the trace that its headers name. `False`: a new trace with a link to it."""

    instrumentor: Literal["baseline", "opentelemetry"] = "baseline"
    """Who makes the spans of requests: we, or `opentelemetry-instrumentation-flask`."""

    libraries: tuple[Library, ...] = LIBRARIES
    """Whose calls become spans, where the library and its OpenTelemetry instrumentation are installed."""

    exclude: tuple[str, ...] = ()
    """Globs of endpoints that have no spans, and nothing below them either."""

    request_headers: tuple[HeaderName, ...] = ()
    """Headers of requests that become attributes; secret ones are redacted."""

    response_headers: tuple[HeaderName, ...] = ()
    """Headers of responses that become attributes; secret ones are redacted."""

    query: bool = False
    """Whether a span has the query of the URL, with secrets redacted."""

    exception_events: bool = False
    """Whether a span has its exception as an event too, and not in the log alone."""

    def is_on(self, app: "Flask", environ: Mapping[str, str]) -> bool:
        """Whether the feature is on: by itself only where spans have somewhere to go."""
        if self.enabled != "auto":
            return self.enabled
        return self.chosen_exporter(environ) != "none" and not is_disabled(environ)

    def chosen_exporter(self, environ: Mapping[str, str]) -> str:
        """Return the exporter, or the one that *environ* implies."""
        return self.exporter or ("otlp" if has_endpoint("traces", environ) else "none")
