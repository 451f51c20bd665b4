"""Follow the references within a document, and put parts together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

Schema = Mapping[str, Any]

_MAX_STEPS = 50


def objects(value: Any) -> Mapping[str, Any]:
    """Return *value* as an object; what is none, in a file that was edited by hand, is an empty one."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Any]:
    """Return *value* as a list; what is none is an empty one."""
    return list(cast("Any", value)) if isinstance(value, list) else []


def resolve(document: Schema, part: Any) -> Schema:
    """Return *part* of *document*, without references and ``allOf`` at its top.

    What a reference that leads nowhere stands for is empty.
    """
    found = objects(part)
    for _ in range(_MAX_STEPS):
        reference = found.get("$ref")
        if not isinstance(reference, str):
            break
        beside = {key: value for key, value in found.items() if key != "$ref"}
        found = {**_target(document, reference), **beside}
    else:
        return {}
    return _merged(document, found) if "allOf" in found else found


def _target(document: Schema, reference: str) -> Schema:
    found: Any = document if reference.startswith("#/") else {}
    for step in reference.removeprefix("#/").split("/"):
        found = objects(found).get(step.replace("~1", "/").replace("~0", "~"))
    return objects(found)


def _merged(document: Schema, schema: Schema) -> Schema:
    own = {key: value for key, value in schema.items() if key != "allOf"}
    merged: dict[str, Any] = {}
    for part in (*_flat(document, schema, _MAX_STEPS), own):
        properties = {**objects(merged.get("properties")), **objects(part.get("properties"))}
        required = [*items(merged.get("required")), *items(part.get("required"))]
        merged |= part
        if properties:
            merged["properties"] = properties
        if required:
            merged["required"] = required
    return merged


def _flat(document: Schema, schema: Schema, steps: int) -> Iterator[Schema]:
    """Yield the parts of ``allOf``, and theirs."""
    for part in items(schema.get("allOf")) if steps else []:
        found = objects(part)
        reference = found.get("$ref")
        target = _target(document, reference) if isinstance(reference, str) else found
        yield from _flat(document, target, steps - 1)
        yield {key: value for key, value in target.items() if key not in ("allOf", "$ref")}
