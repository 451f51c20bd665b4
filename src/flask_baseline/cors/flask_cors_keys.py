"""flask-cors' own keys, which an app may have already, and flask-cors itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple, cast

from flask import Flask

from ..errors import ConfigProblem
from .settings import CorsSettings
from .vocabulary import UnfitError, own_options

_OPTIONS = {
    "CORS_ORIGINS": "origins",
    "CORS_METHODS": "methods",
    "CORS_ALLOW_HEADERS": "allow_headers",
    "CORS_EXPOSE_HEADERS": "expose_headers",
    "CORS_SUPPORTS_CREDENTIALS": "credentials",
    "CORS_MAX_AGE": "max_age",
}


class Keyed(NamedTuple):
    """Settings, and by option the key of flask-cors that one comes from."""

    settings: CorsSettings
    keys: dict[str, str]
    problems: list[ConfigProblem]


def with_flask_cors_keys(app: Flask, settings: CorsSettings, chosen: Collection[str]) -> Keyed:
    """Return *settings* with what flask-cors' keys say, where ours, those in *chosen*, do not."""
    given: dict[str, Any] = {}
    keys: dict[str, str] = {}
    problems: list[ConfigProblem] = []

    def take(option: str, value: Any, key: str) -> None:
        our_key = f"BASELINE_CORS_{option.upper()}"
        if our_key not in chosen:
            given[option], keys[option] = value, key
        elif getattr(settings, option) != value:
            problems.append(
                ConfigProblem(our_key, "app.config", f"contradicts {key}", "remove one of the two")
            )

    for key, option in _OPTIONS.items():
        value = configured(app, key)
        if value is None:
            continue
        try:
            options = own_options({option: value})
        except UnfitError as error:
            problems += [ConfigProblem(key, "app.config", what, fix) for _, what, fix in error.problems]
            continue
        for name, each in options.items():
            # Where it has none, it does not say that there are none.
            if name != "origin_patterns" or each:
                take(name, each, key)
    resources = configured(app, "CORS_RESOURCES")
    if resources is not None:
        take("resources", resources, "CORS_RESOURCES")
    return Keyed(settings.model_copy(update=given), keys, problems)


def configured(app: Flask, key: str) -> Any:
    """Return what is set in *app* itself; None where nothing is."""
    return cast("Mapping[str, Any]", app.config).get(key)


def has_flask_cors(app: Flask) -> bool:
    """Whether flask-cors itself is on *app* or on one of its blueprints."""
    hooks = [hook for found in app.after_request_funcs.values() for hook in found]
    # A hook need not be a function.
    return any(getattr(hook, "__name__", "") == "cors_after_request" for hook in hooks)
