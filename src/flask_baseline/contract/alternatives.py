"""What a schema may be: the members of a union, or the one thing that it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..errors import ContractError
from .merging import MAX_ALTERNATIVES, both
from .references import Schema, items, objects, schema_of, text_of

ANNOTATIONS = frozenset(
    {"title", "description", "examples", "example", "externalDocs", "deprecated", "default"}
)
"""What a schema says besides what it allows."""


class Member(NamedTuple):
    """One alternative, of one type."""

    name: str
    """That of its schema, or its type."""
    schema: Schema
    tag: str = ""
    """The constant members that tell it apart."""


class Alternatives(NamedTuple):
    """All that a schema may be."""

    members: tuple[Member, ...]
    discriminator: str | None
    values: frozenset[str] | None
    """Those of the discriminator, if they are listed."""


def alternatives(document: Schema, part: Any) -> Alternatives:
    """Return what *part* of *document* may be. A schema without a type allows one thing: anything."""
    schema = schema_of(document, part)
    found = objects(schema.get("discriminator"))
    name, mapping = found.get("propertyName"), found.get("mapping")
    is_union = bool(items(schema.get("anyOf")) or items(schema.get("oneOf"))) and isinstance(name, str)
    values = frozenset(map(str, objects(mapping))) if is_union and mapping else None
    return Alternatives(tuple(_members(document, part, "", set())), name if is_union else None, values)


def _members(document: Schema, part: Any, name: str, seen: set[str]) -> Iterator[Member]:
    """Yield the alternatives, those of unions within unions too, but none for a part in *seen*."""
    text = text_of(part)
    if text in seen:
        return
    seen.add(text)
    if len(seen) > MAX_ALTERNATIVES:
        raise ContractError("A schema has too many alternatives to be compared.")
    schema = schema_of(document, part)
    for keyword in ("anyOf", "oneOf"):
        if union := items(schema.get(keyword)):
            beside = {
                key: value
                for key, value in schema.items()
                if key not in ANNOTATIONS and key not in (keyword, "discriminator")
            }
            for each in union:
                yield from _members(document, both(beside, each) if beside else each, _name(each), seen)
            return
    yield from _of_types(schema, name or _name(part))


def _name(part: Any) -> str:
    return str(objects(part).get("$ref", "")).rpartition("/")[2]


def _of_types(schema: Schema, name: str) -> Iterator[Member]:
    """Yield what *schema* is for each of its types, which an enumeration without one has too."""
    choices = choices_of(schema)
    declared = schema.get("type")
    if declared is None:
        types: list[Any] = [None] if choices is None else sorted({_type_of(value) for value in choices})
    else:
        types = [*dict.fromkeys(map(str, items(declared) if isinstance(declared, list) else [declared]))]
        # So OpenAPI 3.0 wrote it.
        if schema.get("nullable") is True and "null" not in types:
            types.append("null")
    if "number" in types and "integer" in types:
        types.remove("integer")
    for each in types:
        own: dict[str, Any] = {key: schema[key] for key in schema if key not in _foreign(each)} | {
            "type": each
        }
        if choices is not None:
            own.pop("const", None)
            own["enum"] = [value for value in choices if _is_of(value, each)]
            if not own["enum"]:
                continue
        if each == "null":
            own = {key: value for key, value in own.items() if key in _OF_NULL}
        yield Member(name if name and len(types) == 1 else str(each), own, _tag(own))


def choices_of(schema: Schema) -> list[Any] | None:
    """Return the values that ``const`` and ``enum`` allow, or None for any."""
    listed = items(schema["enum"]) if "enum" in schema else None
    if "const" not in schema:
        return listed
    const = schema["const"]
    is_listed = listed is None or text_of(const) in map(text_of, listed)
    return [const] if is_listed else []


# The rest says nothing of null.
_OF_NULL = ("type", "not", "if", "then", "else")

_PYTHON_TYPES = ((bool, "boolean"), (int, "integer"), (str, "string"), (list, "array"), (Mapping, "object"))


def _type_of(value: Any) -> str:
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    return next((name for kind, name in _PYTHON_TYPES if isinstance(value, kind)), "null")


def _is_of(value: Any, type_: str | None) -> bool:
    found = _type_of(value)
    return type_ is None or found == type_ or (found == "integer" and type_ == "number")


_KEYWORDS = {
    "number": frozenset("minimum maximum exclusiveMinimum exclusiveMaximum multipleOf".split()),
    "string": frozenset("minLength maxLength pattern contentMediaType contentEncoding".split()),
    "array": frozenset("items prefixItems minItems maxItems uniqueItems contains".split()),
    "object": frozenset(
        "properties required additionalProperties patternProperties propertyNames minProperties "
        "maxProperties dependentRequired dependentSchemas unevaluatedProperties".split()
    ),
}


def _foreign(type_: str | None) -> frozenset[str]:
    """Return the keywords that say nothing of values of *type_*."""
    if type_ is None:
        return frozenset()
    own = "number" if type_ == "integer" else type_
    return frozenset[str]().union(*(words for name, words in _KEYWORDS.items() if name != own))


def _tag(schema: Schema) -> str:
    constants: dict[str, Any] = {}
    for name, value in objects(schema.get("properties")).items():
        choices = choices_of(objects(value))
        if choices is not None and len(choices) == 1:
            constants[name] = choices[0]
    return text_of(constants) if constants else ""
