"""What the app says by itself of what the settings say: Flask's own keys, and `ProxyFix`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from .._feature import Setup
from ..errors import ConfigError, ConfigProblem
from ..settings.checks import check
from ..settings.keys import Key
from ..settings.sources import Found
from .settings import IngressSettings

_HOPS, _HTTPS, _HOSTS = (
    "BASELINE_INGRESS_PROXY_HOPS",
    "BASELINE_INGRESS_HTTPS",
    "BASELINE_INGRESS_TRUSTED_HOSTS",
)

_KEYS = {
    "trusted_hosts": "TRUSTED_HOSTS",
    "max_body_bytes": "MAX_CONTENT_LENGTH",
    "max_form_bytes": "MAX_FORM_MEMORY_SIZE",
    "max_form_parts": "MAX_FORM_PARTS",
}


def own_settings(app: Flask, settings: IngressSettings, setup: Setup) -> IngressSettings:
    """Return *settings* with what *app* says by Flask's own keys, where ours are not set.

    Raises:
        ConfigError: a key of Flask's is wrong or says something else than ours, or what they say together
            cannot be.
    """
    raw = {option: value for option, key in _KEYS.items() if (value := _given(app, key)) is not None}
    given = _checked(raw)
    problems = [*given] if isinstance(given, list) else [*_contradictions(given, settings, setup)]
    if settings.https and not (settings.trusted_hosts or "trusted_hosts" in raw):
        what = "would redirect to any host that a client names"
        fix = f"list the app's own hosts in {_HOSTS}"
        problems.append(ConfigProblem(f"{_HTTPS}, {_HOSTS}", "app", what, fix))
    if _HOPS in setup.chosen and isinstance(app.wsgi_app, ProxyFix):
        problems.append(ConfigProblem(_HOPS, "app", "repeats the ProxyFix on the app", "remove ProxyFix"))
    if problems or isinstance(given, list):
        raise ConfigError(problems, setup.profile)
    return settings.model_copy(update=given)


def _given(app: Flask, key: str) -> Any:
    """Return what the app has set; None where it is what Flask itself has there."""
    value = cast("dict[str, Any]", app.config).get(key)
    return None if value == Flask.default_config.get(key) else value


def _checked(raw: Mapping[str, Any]) -> dict[str, Any] | list[ConfigProblem]:
    """Return the values as ours are, or what is wrong with them."""
    fields = IngressSettings.model_fields
    keys = [Key(_KEYS[option], "ingress", option, fields[option]) for option in raw]
    found = {key.name: Found(key.name, "app.config", raw[key.option]) for key in keys}
    checked = check(IngressSettings, keys, found, {})
    return checked if isinstance(checked, list) else {option: getattr(checked, option) for option in raw}


def _contradictions(
    given: dict[str, Any], settings: IngressSettings, setup: Setup
) -> Iterator[ConfigProblem]:
    for option, value in given.items():
        name = f"BASELINE_INGRESS_{option.upper()}"
        if name in setup.chosen and getattr(settings, option) != value:
            yield ConfigProblem(name, "app.config", f"contradicts {_KEYS[option]}", "remove one of the two")
