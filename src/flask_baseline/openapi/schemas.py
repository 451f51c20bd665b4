"""JSON Schemas of all that the endpoints of an app take and answer, made in one go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema

from ..errors import DocumentError

Mode = Literal["validation", "serialization"]
Schema = dict[str, Any]

PREFIX = "#/components/schemas/"

TYPE = "x-flask-baseline-type"
"""Where a definition says, until it is in a document, of which type and in which mode it is."""


class Schemas(NamedTuple):
    """The schemas of types, before they have the names that they get in a document."""

    roots: Mapping[tuple[int, Mode], Schema]
    definitions: Mapping[str, Schema]

    def of(self, adapter: TypeAdapter[Any], mode: Mode) -> Schema:
        """Return the schema of *adapter*, which may refer to definitions."""
        return self.roots[id(adapter), mode]

    def resolved(self, schema: Schema) -> Schema:
        """Return what *schema* refers to, if it does nothing else."""
        while schema.keys() == {"$ref"}:
            schema = self.definitions[schema["$ref"].removeprefix(PREFIX)]
        return schema


class Wanted(NamedTuple):
    """A type that a document needs: in ``validation`` mode what is taken, in ``serialization`` answers."""

    adapter: TypeAdapter[Any]
    mode: Mode
    owner: str
    """The endpoint, for messages."""


def schemas_of(wanted: Sequence[Wanted]) -> Schemas:
    """Return the schemas of *wanted*.

    Raises:
        DocumentError: a type has none; it names the endpoints.
    """
    try:
        return _schemas_of(wanted)
    except PydanticUserError:
        broken = [f"{item.owner}: {error}" for item in wanted if (error := _error_of(item)) is not None]
    raise DocumentError(
        "Types have no JSON Schema, and so no place in an OpenAPI document:\n  "
        + "\n  ".join(dict.fromkeys(broken))
        + "\nFix: annotate them with pydantic.WithJsonSchema, or use @endpoint(document=False)."
    )


def _error_of(wanted: Wanted) -> str | None:
    try:
        _schemas_of([wanted])
    except PydanticUserError as error:
        return error.message
    return None


def _schemas_of(wanted: Iterable[Wanted]) -> Schemas:
    inputs: dict[tuple[int, Mode], tuple[int, Mode, TypeAdapter[Any]]] = {
        (id(adapter), mode): (id(adapter), mode, adapter) for adapter, mode, _ in wanted
    }
    roots, rest = TypeAdapter.json_schemas(
        inputs.values(),
        ref_template=PREFIX + "{model}",
        schema_generator=_Generator,
    )
    return Schemas(roots, rest.get("$defs", {}))


class _Generator(GenerateJsonSchema):
    """Marks each definition with its type, since the names that pydantic gives depend on each other."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Leave titles out that only repeat the name of a field."""
        return False

    def generate_inner(self, schema: Any) -> Schema:
        """Return the schema, and mark the definition that it is in, if any."""
        made = super().generate_inner(schema)
        ref = schema.get("ref")
        if ref is not None:
            name = self.core_to_defs_refs.get((ref, self.mode))
            definition = None if name is None else self.definitions.get(name)
            if definition is not None:
                definition[TYPE] = [ref, self.mode]
        return made
