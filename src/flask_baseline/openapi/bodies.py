"""The body of a request, by media type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from .._operation import FilePart, RequestBody
from .schemas import Schema, Schemas


def body_of(body: RequestBody, examples: Mapping[str, Any], schemas: Schemas) -> Schema:
    """Return the request body object of *body*."""
    content: Schema = {"schema": _schema(body, schemas)}
    if examples:
        content["examples"] = examples_of(examples)
    encoding = {file.name: {"contentType": ", ".join(file.types)} for file in body.files if file.types}
    if encoding:
        content["encoding"] = encoding
    return {
        "required": body.is_required,
        "content": {media_type: dict(content) for media_type in body.media_types},
    }


def examples_of(examples: Mapping[str, Any]) -> Schema:
    """Return *examples* of a body, by name."""
    return {
        name: {"value": to_jsonable_python(value, by_alias=True, fallback=str)}
        for name, value in examples.items()
    }


def _schema(body: RequestBody, schemas: Schemas) -> Schema:
    if len(body.adapters) == 1 and not body.files:
        (adapter,) = body.adapters
        return _single(schemas.of(adapter, "validation"), schemas)
    return _together(body.adapters, body.files, schemas)


def _single(schema: Schema, schemas: Schemas) -> Schema:
    """Return *schema*; that of single fields, which no class of the app declares, without a name."""
    resolved = schemas.resolved(schema)
    return {k: v for k, v in resolved.items() if k != "title"} if is_ours(resolved) else schema


def is_ours(schema: Schema) -> bool:
    """Whether *schema* is that of single fields of a form."""
    return schema.get("title") == "FormParameters"


def _together(adapters: Iterable[TypeAdapter[Any]], files: Iterable[FilePart], schemas: Schemas) -> Schema:
    """Return the schema of a form that has the fields of all *adapters*, and *files*."""
    properties: Schema = {}
    required: list[str] = []
    for adapter in adapters:
        schema = schemas.resolved(schemas.of(adapter, "validation"))
        properties |= schema.get("properties", {})
        required += schema.get("required", ())
    for file in files:
        properties[file.name] = _file(file)
        required += [file.name] if file.is_required else []
    form: Schema = {"type": "object", "properties": properties}
    return form | {"required": required} if required else form


def _file(file: FilePart) -> Schema:
    content: Schema = {"type": "string", "format": "binary"}
    if len(file.types) == 1 and not file.types[0].endswith("*"):
        content["contentMediaType"] = file.types[0]
    if file.max_size is not None:
        # Of binary data the length is that in octets (OpenAPI 3.1.1, section 4.8.14.3).
        content["maxLength"] = file.max_size
    if not file.is_list:
        return content
    several: Schema = {"type": "array", "items": content}
    if file.is_required:
        several["minItems"] = 1
    return several if file.max_count is None else several | {"maxItems": file.max_count}
