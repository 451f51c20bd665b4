"""The environment in which a test's app is made."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

DATABASE, REDIS = "{database_url}", "{redis_url}"
"""What a line may have in its value."""

_URL = "BASELINE_DATABASE_URL"

_STORES = ("BASELINE_JWT_STORE", "BASELINE_RATELIMIT_STORE", "BASELINE_VALIDATION_IDEMPOTENCY_STORE")

_LEFT_OUT = (
    *("OTEL_TRACES_EXPORTER", "OTEL_METRICS_EXPORTER", "OTEL_LOGS_EXPORTER", "OTEL_EXPORTER_OTLP_ENDPOINT"),
    *(name + end for name in (_URL, *_STORES) for end in ("", "_FILE")),
    "BASELINE_PROFILE_FILE",
)
"""What a shell may have for development, and a test must not reach."""


def wanted(config: pytest.Config) -> dict[str, str | None]:
    """Return the variables of an app under test; None for one that it must not have.

    They are ours, and those of ``baseline_environ``: ``NAME=VALUE``, or ``NAME`` to leave it out.
    """
    own: dict[str, str | None] = {}
    for line in config.getini("baseline_environ"):
        name, has_value, value = line.partition("=")
        own[name.strip()] = value.strip() if has_value else None
    ours: dict[str, str | None] = {
        **dict.fromkeys(_LEFT_OUT),
        "BASELINE_PROFILE": "test",
        "BASELINE_TRACING_EXPORTER": "memory",
        # The page is a part of the app, and sends nothing.
        "BASELINE_METRICS_EXPORTER": "prometheus" if find_spec("prometheus_client") else "memory",
    }
    # An app with a variable of its own has one URL, and not two.
    if config.getini("baseline_database") and not any(DATABASE in (value or "") for value in own.values()):
        ours[_URL] = DATABASE
    return {**ours, **own}


def is_database_of_app(config: pytest.Config) -> bool:
    """Whether the app gets the URL of its database from the plugin."""
    return any(DATABASE in (value or "") for value in wanted(config).values())


def filled(variables: Mapping[str, str | None], values: Mapping[str, str]) -> dict[str, str | None]:
    """Return *variables* with *values* in the places of their names."""
    found = dict(variables)
    for place, value in values.items():
        found = {name: old and old.replace(place, value) for name, old in found.items()}
    return found
