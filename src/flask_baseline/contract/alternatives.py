"""What a schema may be: the members of a union, or the one thing that it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from .references import Schema, items, objects, resolve


class Member(NamedTuple):
    """One alternative."""

    name: str
    """That of its schema, or its type."""
    schema: Schema
    tag: str = ""
    """The constant members that tell it apart."""


class Alternatives(NamedTuple):
    """All that a schema may be."""

    members: tuple[Member, ...]
    discriminator: str | None


def alternatives(document: Schema, part: Any) -> Alternatives:
    """Return what *part* of *document* may be. A schema without a type allows one thing: anything."""
    schema = resolve(document, part)
    discriminator = objects(schema.get("discriminator")).get("propertyName")
    is_union = bool(_union(schema)) and isinstance(discriminator, str)
    return Alternatives(tuple(_members(document, part, set())), discriminator if is_union else None)


def _members(document: Schema, part: Any, seen: set[str]) -> Iterator[Member]:
    """Yield the alternatives, those of unions within unions too, but none for a reference in *seen*."""
    reference = objects(part).get("$ref")
    if isinstance(reference, str):
        if reference in seen:
            return
        seen.add(reference)
    schema = resolve(document, part)
    if union := _union(schema):
        for each in union:
            yield from _members(document, each, seen)
        return
    types = schema.get("type")
    if isinstance(types, list):
        for each in items(types):
            yield _member(str(each), {**schema, "type": each})
    else:
        yield _member(str(reference or types).rpartition("/")[2], schema)


def _union(schema: Schema) -> list[Any]:
    return [*items(schema.get("anyOf")), *items(schema.get("oneOf"))]


def _member(name: str, schema: Schema) -> Member:
    constants = {
        key: objects(value)["const"]
        for key, value in objects(schema.get("properties")).items()
        if "const" in objects(value)
    }
    return Member(name, schema, json.dumps(constants, sort_keys=True, default=str) if constants else "")


def paired(
    old: Sequence[Member], new: Sequence[Member]
) -> tuple[list[tuple[Member, Member]], list[Member], list[Member]]:
    """Return the pairs that are the same alternative, and those that have gone and come.

    A renamed schema is the same one when it looks the same or has the same tag.
    """
    gone, come = [*old], [*new]
    pairs: list[tuple[Member, Member]] = []
    for is_same in _SAME:
        for one in [*gone]:
            other = next((found for found in come if is_same(one, found)), None)
            if other is not None:
                pairs.append((one, other))
                gone.remove(one)
                come.remove(other)
    return pairs, gone, come


def _type(member: Member) -> Any:
    return member.schema.get("type")


_NUMBERS = ("integer", "number")

_SAME: tuple[Callable[[Member, Member], bool], ...] = (
    lambda one, other: one == other,
    lambda one, other: bool(one.tag) and one.tag == other.tag,
    lambda one, other: one.name == other.name and _type(one) == _type(other) and one.tag == other.tag,
    lambda one, other: _type(one) == _type(other) and not (one.tag or other.tag),
    lambda one, other: _type(one) in _NUMBERS and _type(other) in _NUMBERS,
)
