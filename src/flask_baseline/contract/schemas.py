"""Compare two schemas: what one allows and the other does not."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from ..errors import ContractError
from .alternatives import Member, alternatives
from .constraints import Found, compare_constraints
from .kinds import KINDS, Direction
from .pairing import paired
from .references import Schema, items, objects, schema_of, text_of

# An API of people has far fewer; one that was made to take long is refused.
_MAX_PAIRS = 100_000

DOCUMENTATION = ("title", "summary", "description", "tags", "externalDocs", "example", "examples")
"""What is there for readers."""


class _Pair(NamedTuple):
    """Two parts that are compared, or two alternatives of such."""

    level: str
    old: Any
    new: Any
    texts: tuple[str, str]


class _Step(NamedTuple):
    """What is found in a pair, and what is to be compared further down, each with its place."""

    found: list[tuple[str, str]]
    down: list[tuple[_Pair, str]]


class Sides(NamedTuple):
    """The two documents, and who sends the values."""

    old: Schema
    new: Schema
    direction: Direction
    steps: dict[tuple[str, tuple[str, str]], _Step]
    """What was compared already: many operations share their schemas."""


_Later = Callable[[Any, Any, str], None]


def compare(sides: Sides, old: Any, new: Any, where: str) -> Found:
    """Yield the kinds of change from *old* to *new*, each with its place below *where*.

    Parts that refer to others are compared where they are first met, the shortest way down.
    """
    seen: set[tuple[str, tuple[str, str]]] = set()
    queue = deque([(pair, where + place) for pair, place in _down("part", old, new, "")])
    while queue:
        pair, place = queue.popleft()
        key = (pair.level, pair.texts)
        if key in seen:
            continue
        if _refers(pair.texts):
            seen.add(key)
            if len(seen) > _MAX_PAIRS:
                raise ContractError("The schemas are too many to be compared.")
        step = sides.steps.get(key)
        if step is None:
            step = sides.steps[key] = _step(sides, pair)
        for kind, at in step.found:
            yield (kind if kind in KINDS else f"{sides.direction}-{kind}"), place + at
        queue.extend((below, place + at) for below, at in step.down)


def _refers(texts: tuple[str, str]) -> bool:
    return '"$ref"' in texts[0] or '"$ref"' in texts[1]


def _down(level: str, old: Any, new: Any, where: str) -> Iterator[tuple[_Pair, str]]:
    """Yield the pair, unless nothing can differ in it."""
    texts = (text_of(old), text_of(new))
    if texts[0] != texts[1] or _refers(texts):
        yield _Pair(level, old, new, texts), where


def _step(sides: Sides, pair: _Pair) -> _Step:
    down: list[tuple[_Pair, str]] = []

    def later(old: Any, new: Any, where: str) -> None:
        down.extend(_down("part", old, new, where))

    if pair.level == "part":
        return _Step([*_differences(sides, pair.old, pair.new, down)], down)
    return _Step([*_values(sides, pair.old, pair.new, later)], down)


def compare_documentation(old: Schema, new: Schema, where: str) -> Found:
    """Yield whether *old* and *new* tell readers something else."""
    if any(old.get(key) != new.get(key) for key in DOCUMENTATION):
        yield "documentation-changed", where


def _differences(sides: Sides, old: Any, new: Any, down: list[tuple[_Pair, str]]) -> Found:
    yield from _annotations(sides, schema_of(sides.old, old), schema_of(sides.new, new))
    before, after = alternatives(sides.old, old), alternatives(sides.new, new)
    pairs, gone, come = paired(before.members, after.members)
    kept = [(one, other) for one, other in pairs if not (_is_null(one) and _is_null(other))]
    if before.discriminator and after.discriminator:
        if before.discriminator != after.discriminator:
            yield "discriminator-changed", ""
        # An alternative that has gone or come says it already.
        elif before.values and after.values and not gone and not come:
            yield from _both_ways("mapping", before.values - after.values, after.values - before.values)
    if len(gone) == len(come) == 1 and not kept:
        yield "type-changed", ""
        return
    for what in ("null", "type", "union"):
        missed, news = ([m for m in members if _what(m, len(kept)) == what] for members in (gone, come))
        yield from _both_ways(what, missed, news)
    for one, other in kept:
        down.extend(_down("member", one.schema, other.schema, f"({other.name})" if len(kept) > 1 else ""))


def _both_ways(what: str, missed: Collection[object], news: Collection[object]) -> Found:
    if missed:
        yield f"{what}-narrowed", ""
    if news:
        yield f"{what}-widened", ""


def _annotations(sides: Sides, old: Schema, new: Schema) -> Found:
    yield from compare_documentation(old, new, "")
    if bool(old.get("deprecated")) != bool(new.get("deprecated")):
        yield f"value-{'deprecated' if new.get('deprecated') else 'undeprecated'}", ""
    before, after = ({key: schema[key] for key in ("default",) if key in schema} for schema in (old, new))
    if sides.direction == "request" and text_of(before) != text_of(after):
        yield "default-changed", ""


def _is_null(member: Member) -> bool:
    return member.schema == {"type": "null"}


def _what(member: Member, kept: int) -> str:
    type_ = member.schema.get("type")
    if type_ == "null":
        return "null"
    return "union" if type_ == "object" or not kept else "type"


def _values(sides: Sides, old: Schema, new: Schema, later: _Later) -> Found:
    before, after = old.get("type"), new.get("type")
    if before != after:
        is_wider = after is None or (before is not None and after == "number")
        yield f"type-{'widened' if is_wider else 'narrowed'}", ""
    yield from compare_constraints((sides.old, sides.new), old, new)
    if {before, after} & {None, "array"}:
        yield from _items(old, new, later)
    if {before, after} & {None, "object"}:
        yield from _members(sides, old, new, later)


def _items(old: Schema, new: Schema, later: _Later) -> Found:
    before, after = items(old.get("prefixItems")), items(new.get("prefixItems"))
    rest, others = old.get("items", True), new.get("items", True)
    longer = max(len(before), len(after))
    # What is past the positions of one is an item like any other there.
    before += [rest] * (longer - len(before))
    after += [others] * (longer - len(after))
    places = [*map(str, range(longer)), "*"]
    for place, one, other in zip(places, [*before, rest], [*after, others], strict=True):
        if (one is False) != (other is False):
            yield f"count-{'narrowed' if other is False else 'widened'}", ""
        else:
            later(one, other, f"/{place}")


def _members(sides: Sides, old: Schema, new: Schema, later: _Later) -> Found:
    before, needed = _properties(sides.old, old, sides.direction)
    after, needs = _properties(sides.new, new, sides.direction)
    for name in sorted(before.keys() | after.keys()):
        place = f"/{_escaped(name)}"
        if name not in before:
            is_needed = name in needs and sides.direction == "request"
            yield "required-property-added" if is_needed else "property-added", place
        elif name not in after:
            is_optional = name not in needed and sides.direction == "response"
            yield "optional-property-removed" if is_optional else "property-removed", place
        elif (name in needed) != (name in needs):
            yield f"property-became-{'required' if name in needs else 'optional'}", place
        # Where members that are not listed have a schema, this one had it or gets it.
        one, other = before.get(name, _rest(old)), after.get(name, _rest(new))
        if (name in before or _is_described(one)) and (name in after or _is_described(other)):
            later(one, other, place)
    yield from _others(old, new, later)
    names = [{"allOf": [{"type": "string"}, schema.get("propertyNames", True)]} for schema in (old, new)]
    later(names[0], names[1], "/*")


def _properties(document: Schema, schema: Schema, direction: Direction) -> tuple[dict[str, Any], set[str]]:
    """Return the members that are sent in *direction*, and which must be; some are only named as such."""
    needed = {*map(str, items(schema.get("required")))}
    unsent = "readOnly" if direction == "request" else "writeOnly"
    found = {**dict.fromkeys(needed, True), **objects(schema.get("properties"))}
    found = {str(name): part for name, part in found.items() if not schema_of(document, part).get(unsent)}
    return found, needed & found.keys()


def _others(old: Schema, new: Schema, later: _Later) -> Found:
    """Compare the members that are not listed, by the pattern of their names and the rest."""
    before, after = objects(old.get("patternProperties")), objects(new.get("patternProperties"))
    rest, others = _rest(old), _rest(new)
    found = [(before.get(name, rest), after.get(name, others), name) for name in before.keys() | after.keys()]
    for one, other, name in sorted([*found, (rest, others, "*")], key=lambda each: each[2]):
        if (one is False) != (other is False) or _is_free(one) != _is_free(other):
            yield f"members-{'closed' if other is False or _is_free(one) else 'opened'}", ""
        else:
            later(one, other, f"/{_escaped(name)}")


def _escaped(name: str) -> str:
    """Return *name* as a step of a JSON pointer (RFC 6901, section 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def _rest(schema: Schema) -> Any:
    return schema.get("additionalProperties", True)


def _is_described(part: Any) -> bool:
    return part is not False and not _is_free(part)


def _is_free(part: Any) -> bool:
    return part is True or (isinstance(part, Mapping) and not part)
