"""What JSON Schema itself says of values, against what a change of schemas is said to be."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from flask_baseline.contract.comparison import changes

from .tables import ANSWER, BASE, BODY
from .test_kinds import changed

VALUES: list[Any] = [
    *(None, True, False, 0, 1, 2, 3, 5, 1.5, -1, "", "a", "b", "ab", "abc"),
    *([], ["a"], ["a", "a"], [1, "a"], ["a", 1], [None]),
    *({}, {"a": "a"}, {"a": 1}, {"b": "a"}, {"a": "a", "b": 1}, {"a": None}, {"a": "abc", "b": "b"}),
    *({"a": ["a"]}, {"b": True}, {"c": 1}, {"c": "a", "a": "a"}),
]

# What a client may send or get besides what is described is not counted as broken.
TOLERATED = {
    "request-property-added",
    "response-property-added",
    "response-optional-property-removed",
    "response-members-opened",
    "response-pattern-changed",
}

SMALL = st.integers(0, 3)
NAMES = st.sampled_from(["a", "b"])
LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([{}, True, False]),
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={"minLength": SMALL, "maxLength": SMALL, "pattern": st.sampled_from(["^a", "b$"])},
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={
            **dict.fromkeys(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"], SMALL),
            "multipleOf": st.sampled_from([1, 2, 3, 0.5]),
        },
    ),
    st.fixed_dictionaries(
        {"type": st.lists(st.sampled_from(["string", "integer", "null", "boolean"]), min_size=1, unique=True)}
    ),
    st.fixed_dictionaries(
        {"enum": st.lists(st.sampled_from([None, 1, "a", True, 1.5]), min_size=1, unique_by=repr)}
    ),
    st.fixed_dictionaries({"const": st.sampled_from([None, 1, "a", True])}),
)


def _around(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    members = st.fixed_dictionaries(
        {"type": st.just("object")},
        optional={
            "properties": st.dictionaries(NAMES, inner, max_size=2),
            "required": st.lists(NAMES, unique=True),
            "additionalProperties": inner,
            "minProperties": SMALL,
            "maxProperties": SMALL,
            "patternProperties": st.dictionaries(st.sampled_from(["^a", "^b"]), inner, max_size=1),
            "propertyNames": inner,
        },
    )
    listed = st.fixed_dictionaries(
        {"type": st.just("array")},
        optional={
            "items": inner,
            "prefixItems": st.lists(inner, min_size=1, max_size=2),
            "minItems": SMALL,
            "maxItems": SMALL,
            "uniqueItems": st.booleans(),
        },
    )
    union = st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)})
    together = st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=2)})
    beside = st.builds(lambda one, other: {**one, **other}, members, union)
    return st.one_of(members, listed, union, together, beside, st.fixed_dictionaries({"not": inner}))


SCHEMAS = st.recursive(LEAVES, _around, max_leaves=5)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """Return two schemas, of which one is mostly the other with one part changed."""
    one = draw(SCHEMAS)
    other = _edited(draw, one) if draw(st.integers(0, 3)) else draw(SCHEMAS)
    return (one, other) if draw(st.booleans()) else (other, one)


def _edited(draw: st.DrawFn, schema: Any) -> Any:
    if not isinstance(schema, dict) or not schema or not draw(st.integers(0, 2)):
        return draw(SCHEMAS)
    keyword = draw(st.sampled_from(sorted(schema)))
    value = schema[keyword]
    if keyword in ("items", "additionalProperties", "propertyNames", "not"):
        return {**schema, keyword: _edited(draw, value)}
    if keyword in ("properties", "patternProperties") and value:
        name = draw(st.sampled_from(sorted(value)))
        return {**schema, keyword: {**value, name: _edited(draw, value[name])}}
    if keyword in ("anyOf", "allOf", "prefixItems"):
        index = draw(st.integers(0, len(value) - 1))
        return {**schema, keyword: [*value[:index], _edited(draw, value[index]), *value[index + 1 :]]}
    return {key: schema[key] for key in schema if key != keyword}


def _referring(part: Any, definitions: dict[str, Any]) -> Any:
    """Return *part* with the schemas in it moved to *definitions*, and references in their place."""
    if isinstance(part, list):
        return [_referring(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    moved = {key: _referring(value, definitions) for key, value in part.items()}
    for key in ("items", "additionalProperties", "not", "propertyNames"):
        if key in moved:
            name = f"S{len(definitions)}"
            definitions[name] = moved[key]
            moved[key] = {"$ref": f"#/components/schemas/{name}"}
    return moved


def is_told(direction: str, old: Any, new: Any, is_referring: bool) -> bool:
    """Return whether a change that breaks, or one that is tolerated, is found."""
    place = {"request": BODY, "response": ANSWER}[direction] + " content application/json schema"
    documents: list[dict[str, Any]] = []
    for schema in (old, new):
        definitions: dict[str, Any] = {}
        part = _referring(schema, definitions) if is_referring else schema
        schemas = {f"components schemas {name}": each for name, each in definitions.items()}
        documents.append(changed(BASE, {place: part, **schemas}))
    found = changes(*documents)
    return any(change.level == "breaking" or change.kind in TOLERATED for change in found)


# The same ones each time, so that a build that passed once does not fail by chance.
@settings(max_examples=400, deadline=None, derandomize=True)
@given(pair=pairs(), is_referring=st.booleans())
def test_no_break_is_missed(pair: tuple[Any, Any], is_referring: bool) -> None:
    """A value that is refused now, or that clients have not seen before, has a breaking change."""
    one, other = map(Draft202012Validator, pair)
    refused = [value for value in VALUES if one.is_valid(value) and not other.is_valid(value)]
    unseen = [value for value in VALUES if other.is_valid(value) and not one.is_valid(value)]
    assert not refused or is_told("request", *pair, is_referring), refused
    assert not unseen or is_told("response", *pair, is_referring), unseen
