"""``BASELINE_CORS_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from .._feature import FeatureSettings
from ..settings.rules import SettingError

if TYPE_CHECKING:
    from flask import Flask

_HEADER = re.compile(r"[!#$%&'+.^_`|~0-9A-Za-z-]+")
_METHOD = re.compile(r"[A-Z]+(?:[_-][A-Z]+)*")


class CorsSettings(FeatureSettings):
    """Which pages of other origins may use the app."""

    enabled: bool | Literal["auto"] = "auto"  # type: ignore[assignment]
    """Whether the feature is on; `auto`: where there are origins."""

    origins: tuple[str, ...] = ()
    """Origins that may, each as a browser sends it; `*` alone for all, without credentials."""

    origin_patterns: tuple[str, ...] = ()
    """Regular expressions of whole origins."""

    public: bool = False
    """Whether `*` is meant in production too."""

    credentials: bool = False
    """Whether requests may have cookies."""

    paths: tuple[str, ...] = ("/",)
    """The paths to which it applies, with all below them."""

    resources: Mapping[str, Mapping[str, Any]] = {}
    """Other options for all below a path, in the place of `paths`."""

    methods: tuple[str, ...] = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
    """Methods that may be used."""

    allow_headers: tuple[str, ...] = (
        "Authorization",
        "Content-Type",
        "X-Request-ID",
        "traceparent",
        "tracestate",
    )
    """Headers that a request may have."""

    expose_headers: tuple[str, ...] = (
        *("X-Request-ID", "ETag", "Location"),
        *("Retry-After", "RateLimit", "RateLimit-Policy"),
    )
    """Headers of an answer that scripts may read."""

    max_age: int = Field(default=600, ge=0, le=86_400)
    """Seconds for which a browser may remember what is allowed."""

    @field_validator("paths")
    @classmethod
    def _rooted(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not all(is_path(path) for path in value):
            raise SettingError(
                "has something that is no path", "list paths such as /api, which has all below it"
            )
        return value

    @field_validator("methods")
    @classmethod
    def _known_methods(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_METHOD.fullmatch(method) for method in value):
            raise SettingError("has something that is no method", "list methods such as GET, in upper case")
        return value

    @field_validator("allow_headers", "expose_headers")
    @classmethod
    def _names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(name == "*" or _HEADER.fullmatch(name) for name in value):
            raise SettingError("has something that is no header", "list names such as Content-Type")
        return value

    def is_on(self, app: "Flask", environ: Mapping[str, str]) -> bool:
        """Whether the feature is on: by itself only where there are origins."""
        if self.enabled != "auto":
            return self.enabled
        has_own = any(
            options.get("origins") or options.get("origin_patterns") for options in self.resources.values()
        )
        return bool(self.origins or self.origin_patterns or has_own)


def is_path(text: str) -> bool:
    """Whether *text* is the start of paths, and not a pattern of them."""
    return text.startswith("/") and text.isprintable() and not {*text} & {*"*?\\[]{}|^ "}
