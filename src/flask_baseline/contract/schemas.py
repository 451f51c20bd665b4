"""Compare two schemas: what one allows and the other does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from .alternatives import alternatives, paired
from .kinds import Direction
from .references import Schema, items, objects

Found = Iterator[tuple[str, str]]
"""Kinds of change without their direction, and where."""

_LIMITS = (
    ("range", "minimum", 1),
    ("range", "exclusiveMinimum", 1),
    ("range", "maximum", -1),
    ("range", "exclusiveMaximum", -1),
    ("length", "minLength", 1),
    ("length", "maxLength", -1),
    ("count", "minItems", 1),
    ("count", "maxItems", -1),
    ("size", "minProperties", 1),
    ("size", "maxProperties", -1),
)


class Sides(NamedTuple):
    """The two documents, and who sends the values."""

    old: Schema
    new: Schema
    direction: Direction


def compare(sides: Sides, old: Any, new: Any, where: str) -> Found:
    """Yield the kinds of change from *old* to *new*, each with its place below *where*."""
    seen: set[tuple[str, str]] = set()

    def walk(old: Any, new: Any, where: str) -> Found:
        references = (_reference(old), _reference(new))
        if all(references):
            if references in seen:
                return
            seen.add(references)
        yield from _alternatives(sides, old, new, where, walk)

    for kind, place in walk(old, new, where):
        yield f"{sides.direction}-{kind}", place


_Walk = Callable[[Any, Any, str], Found]


def _reference(part: Any) -> str:
    reference = objects(part).get("$ref")
    return reference if isinstance(reference, str) else ""


def _alternatives(sides: Sides, old: Any, new: Any, where: str, walk: _Walk) -> Found:
    before, after = alternatives(sides.old, old), alternatives(sides.new, new)
    pairs, gone, come = paired(before.members, after.members)
    if before.discriminator != after.discriminator and before.discriminator and after.discriminator:
        yield "discriminator-changed", where
    if len(gone) == len(come) == 1 and not pairs:
        yield "type-changed", where
        return
    for members, change in ((gone, "narrowed"), (come, "widened")):
        for what in sorted({_what(member.schema, len(pairs)) for member in members}):
            yield f"{what}-{change}", where
    for one, other in pairs:
        name = other.name if len(after.members) > 1 and len(pairs) > 1 else ""
        yield from _values(sides, one.schema, other.schema, f"{where}({name})" if name else where, walk)


def _what(schema: Schema, pairs: int) -> str:
    if schema.get("type") == "null":
        return "null"
    return "union" if schema.get("type") == "object" or not pairs else "type"


def _values(sides: Sides, old: Schema, new: Schema, where: str, walk: _Walk) -> Found:
    if {old.get("type"), new.get("type")} == {"integer", "number"}:
        yield f"type-{'widened' if new.get('type') == 'number' else 'narrowed'}", where
    yield from _enum(old, new, where)
    for keyword in ("format", "pattern"):
        yield from _prescribed(keyword, keyword, old, new, where)
    yield from _prescribed("multiple", "multipleOf", old, new, where)
    yield from _limits(old, new, where)
    before, after = old.get("uniqueItems", False), new.get("uniqueItems", False)
    if before != after:
        yield f"uniqueness-{'narrowed' if after else 'widened'}", where
    if sides.direction == "request" and old.get("default") != new.get("default"):
        yield "default-changed", where
    if "items" in old or "items" in new:
        yield from walk(old.get("items"), new.get("items"), f"{where}/*")
    yield from _positions(old, new, where, walk)
    yield from _members(sides, old, new, where, walk)


def _enum(old: Schema, new: Schema, where: str) -> Found:
    before, after = _choices(old), _choices(new)
    if before is None or after is None:
        if before != after:
            yield f"enum-{'narrowed' if before is None else 'widened'}", where
        return
    if before - after:
        yield "enum-narrowed", where
    if after - before:
        yield "enum-widened", where


def _choices(schema: Schema) -> frozenset[str] | None:
    if "const" in schema:
        return frozenset({json.dumps(schema["const"], sort_keys=True)})
    if "enum" in schema:
        return frozenset(json.dumps(value, sort_keys=True) for value in items(schema["enum"]))
    return None


def _prescribed(what: str, keyword: str, old: Schema, new: Schema, where: str) -> Found:
    before, after = old.get(keyword), new.get(keyword)
    if before == after:
        return
    if before is None:
        yield f"{what}-narrowed", where
    elif after is None:
        yield f"{what}-widened", where
    elif keyword == "multipleOf":
        yield f"{what}-{_multiple(before, after)}", where
    else:
        yield f"{what}-changed", where


def _multiple(before: Any, after: Any) -> str:
    try:
        return "widened" if before % after == 0 else "narrowed"
    except (TypeError, ZeroDivisionError):
        return "narrowed"


def _limits(old: Schema, new: Schema, where: str) -> Found:
    found: set[str] = set()
    for what, keyword, sense in _LIMITS:
        before, after = old.get(keyword), new.get(keyword)
        if before == after or not all(isinstance(limit, int | float | None) for limit in (before, after)):
            continue
        is_narrower = before is None or (after is not None and (after - before) * sense > 0)
        found.add(f"{what}-{'narrowed' if is_narrower else 'widened'}")
    for kind in sorted(found):
        yield kind, where


def _positions(old: Schema, new: Schema, where: str, walk: _Walk) -> Found:
    before, after = items(old.get("prefixItems")), items(new.get("prefixItems"))
    for index, (one, other) in enumerate(zip(before, after, strict=False)):
        yield from walk(one, other, f"{where}/{index}")
    if len(before) != len(after):
        yield f"count-{'narrowed' if len(after) > len(before) else 'widened'}", where


def _members(sides: Sides, old: Schema, new: Schema, where: str, walk: _Walk) -> Found:
    before, after = objects(old.get("properties")), objects(new.get("properties"))
    needed, needs = {*map(str, items(old.get("required")))}, {*map(str, items(new.get("required")))}
    for name in sorted(before.keys() | after.keys()):
        place = f"{where}/{name}"
        if name not in before:
            is_needed = name in needs and sides.direction == "request"
            yield "required-property-added" if is_needed else "property-added", place
        elif name not in after:
            is_optional = name not in needed and sides.direction == "response"
            yield "optional-property-removed" if is_optional else "property-removed", place
        else:
            if (name in needed) != (name in needs):
                yield f"property-became-{'required' if name in needs else 'optional'}", place
            yield from walk(before[name], after[name], place)
    yield from _others(old, new, where, walk)


def _others(old: Schema, new: Schema, where: str, walk: _Walk) -> Found:
    before, after = old.get("additionalProperties", True), new.get("additionalProperties", True)
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from walk(before, after, f"{where}/*")
    elif before != after:
        is_closed = after is False or (isinstance(after, Mapping) and before is not False)
        yield f"members-{'closed' if is_closed else 'opened'}", where
