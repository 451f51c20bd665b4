"""Parameters of an operation: of its path, query, headers and cookies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .._operation import HeaderNote, Parameters, holds_for
from .routes import Route
from .schemas import Schema, Schemas

_NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI describes elsewhere (OpenAPI 3.1, section 4.8.12)."""


def parameters_of(route: Route, schemas: Schemas) -> list[Schema]:
    """Return the parameters of *route*, each name once in a place."""
    found = {
        (str(parameter["in"]), str(parameter["name"]).lower()): parameter
        for parameter in reversed([*_parameters(route, schemas)])
    }
    return [*reversed(found.values())]


def _parameters(route: Route, schemas: Schemas) -> Iterator[Schema]:
    yield from _path_parameters(route, schemas)
    for group in route.parameters:
        if group.place != "path":
            yield from _group_parameters(group, schemas)
    for name, note in route.operation.request_headers.items():
        if holds_for(note, route.method):
            yield {"name": name, "in": "header", "required": note.is_required, **described(note)}


def described(note: HeaderNote) -> Schema:
    """Return the description and the schema of a header."""
    return {"description": note.description, "schema": dict(note.schema)}


def _group_parameters(group: Parameters, schemas: Schemas) -> Iterator[Schema]:
    schema = schemas.resolved(schemas.of(group.adapter, "validation"))
    required = schema.get("required", ())
    for inner, found in schema.get("properties", {}).items():
        name = group.names.get(inner, inner)
        if group.place != "header" or name.lower() not in _NOT_PARAMETERS:
            yield _parameter(name, group.place, found, is_required=inner in required)


def _parameter(name: str, place: str, schema: Schema, *, is_required: bool) -> Schema:
    schema = _without_null(schema)
    made: Schema = {"name": name, "in": place, "required": is_required}
    for keyword in ("description", "deprecated"):
        if keyword in schema:
            made[keyword] = schema.pop(keyword)
    if _is_list(schema):
        # Repeated names in a query or a cookie, commas in a header (RFC 9110, section 5.6.1).
        made |= {"style": "simple", "explode": False} if place == "header" else _REPEATED
    return made | {"schema": schema}


_REPEATED = {"style": "form", "explode": True}


def _is_list(schema: Schema) -> bool:
    return schema.get("type") == "array" or any(_is_list(choice) for choice in schema.get("anyOf", ()))


def _without_null(schema: Schema) -> Schema:
    """Return *schema* without null, for which there is no text: an absent parameter is absent."""
    kept = {key: value for key, value in schema.items() if key != "default" or value is not None}
    if "anyOf" not in kept:
        return kept
    choices: list[Schema] = [choice for choice in kept.pop("anyOf") if choice != {"type": "null"}]
    return {**choices[0], **kept} if len(choices) == 1 else {"anyOf": choices, **kept}


def _path_parameters(route: Route, schemas: Schemas) -> Iterator[Schema]:
    hinted: dict[str, Schema] = {}
    for group in route.parameters:
        if group.place == "path":
            hinted |= schemas.resolved(schemas.of(group.adapter, "validation")).get("properties", {})
    for name in route.variables:
        schema = _converted(route.converters.get(name))
        hint = _without_null(hinted.get(name, {}))
        if hint and hint.get("type") != schema["type"]:
            schema = hint
        yield _parameter(name, "path", schema | hint, is_required=True)


def _converted(converter: Any) -> Schema:
    """Return the schema of what Werkzeug's *converter* takes; text, for one of the app's own."""
    kind = type(converter).__name__
    if kind in ("IntegerConverter", "FloatConverter"):
        return {"type": "integer" if kind == "IntegerConverter" else "number", **_limits(converter)}
    if kind == "UUIDConverter":
        return {"type": "string", "format": "uuid"}
    if kind == "AnyConverter":
        return {"type": "string", "enum": sorted(converter.items)}
    return {"type": "string"}


def _limits(converter: Any) -> Schema:
    minimum = converter.min if converter.min is not None or converter.signed else 0
    limits = {"minimum": minimum, "maximum": converter.max}
    return {name: limit for name, limit in limits.items() if limit is not None}
