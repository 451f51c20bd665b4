"""OpenTelemetry's own variables, where one says the same as a setting of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import unquote

from ..errors import ConfigProblem
from .keys import Key
from .sources import Found, Reading

_SAME, _INSTEAD = "standard", "instead_of"


def standard(*variables: str, instead_of: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a field's ``json_schema_extra``.

    Args:
        variables: those that give the field its value when no source of ours does, the strongest first.
            ``OTEL_RESOURCE_ATTRIBUTES service.name`` is one attribute of that variable.
        instead_of: those that say the same in other words, so that only one of the two may be set.
    """
    return {_SAME: list(variables), _INSTEAD: list(instead_of)}


def from_standard(environ: Mapping[str, str], keys: Mapping[str, Key], found: Mapping[str, Found]) -> Reading:
    """Read the standard variables, and report those that contradict what is *found*."""
    for key in keys.values():
        ours = found.get(key.name)
        for variable in _names(key, _SAME):
            value = _value(environ, variable)
            if value is None:
                continue
            if ours is None:
                yield Found(key.name, variable, value)
            elif not isinstance(ours.value, ConfigProblem) and str(ours.value) != value:
                yield _contradiction(ours, variable)
            break
        for variable in _names(key, _INSTEAD):
            if ours is not None and _value(environ, variable) is not None:
                yield _contradiction(ours, variable)


def _contradiction(ours: Found, variable: str) -> ConfigProblem:
    return ConfigProblem(ours.key, ours.source, f"contradicts {variable}", "remove one of the two")


def _names(key: Key, kind: str) -> Iterator[str]:
    extra = key.field.json_schema_extra
    return iter(cast("dict[str, Any]", extra).get(kind, ()) if isinstance(extra, dict) else ())


def _value(environ: Mapping[str, str], variable: str) -> str | None:
    """Return what *variable* says; empty is unset, as OpenTelemetry has it."""
    name, _, attribute = variable.partition(" ")
    text = environ.get(name, "").strip()
    if attribute:
        pairs = (pair.partition("=") for pair in text.split(","))
        found = {label.strip(): unquote(value.strip()) for label, _, value in pairs}
        text = found.get(attribute, "")
    return text or None
