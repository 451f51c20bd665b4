"""Put schemas together that a value must all meet."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import zip_longest
from math import gcd, lcm
from typing import Any, cast

from ..errors import ContractError

MAX_ALTERNATIVES = 500
"""A document of people has fewer in one place; one that was made to take long is refused."""


def merged(parts: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return one schema for all of *parts*; of two texts for people it has the last."""
    found: dict[str, Any] = {}
    for part in parts if len(parts) < 2 else map(_with_enum, parts):
        for keyword, value in part.items():
            meet = _MEET.get(keyword) if keyword in found else None
            found[keyword] = meet(found[keyword], value) if meet else value
    return found


def _with_enum(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *part* with its ``const`` as an enumeration, of which two may have nothing in common."""
    if "const" not in part:
        return part
    enum = _choices([part["const"]], part["enum"]) if "enum" in part else [part["const"]]
    return {**{key: part[key] for key in part if key != "const"}, "enum": enum}


def both(one: Any, other: Any) -> Any:
    """Return a schema for what meets *one* and *other*, without looking into them."""
    if one is False or other is False:
        return False
    # As text, since 1 and true are equal in Python.
    parts = {json.dumps(part, sort_keys=True, default=str): part for part in (*_all_of(one), *_all_of(other))}
    return next(iter(parts.values())) if len(parts) == 1 else {"allOf": [*parts.values()]}


def _all_of(schema: Any) -> list[Any]:
    if isinstance(schema, Mapping) and [*cast("Mapping[str, Any]", schema)] == ["allOf"]:
        parts = cast("Mapping[str, Any]", schema)["allOf"]
        if isinstance(parts, list):
            return list(cast("Any", parts))
    return [schema]


def _number(choose: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def meet(one: Any, other: Any) -> Any:
        return (
            choose(one, other) if isinstance(one, int | float) and isinstance(other, int | float) else other
        )

    return meet


def _multiple(one: Any, other: Any) -> Any:
    try:
        first, second = Fraction(str(one)), Fraction(str(other))
        common = Fraction(lcm(first.numerator, second.numerator), gcd(first.denominator, second.denominator))
        return int(common) if common.denominator == 1 else float(common)
    except (ValueError, OverflowError):
        return other


def _listed(value: Any) -> list[Any]:
    return list(cast("Any", value)) if isinstance(value, list) else [value]


def _types(one: Any, other: Any) -> Any:
    wide, narrow = _listed(one), _listed(other)
    common = [each for each in wide if each in narrow or (each == "integer" and "number" in narrow)]
    return common + [each for each in narrow if each == "integer" and "number" in wide and each not in common]


def _choices(one: Any, other: Any) -> Any:
    allowed = {json.dumps(value, sort_keys=True, default=str) for value in _listed(other)}
    return [value for value in _listed(one) if json.dumps(value, sort_keys=True, default=str) in allowed]


def _union(one: Any, other: Any) -> Any:
    first, second = _listed(one), _listed(other)
    if len(first) * len(second) > MAX_ALTERNATIVES:
        raise ContractError("A schema has too many alternatives to be compared.")
    return [both(each, more) for each in first for more in second]


def _named(one: Any, other: Any) -> Any:
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return other
    first, second = cast("Mapping[str, Any]", one), cast("Mapping[str, Any]", other)
    shared = {name: both(first[name], second[name]) for name in first if name in second}
    return {**first, **second, **shared}


def _positions(one: Any, other: Any) -> Any:
    return [
        both(first, second) for first, second in zip_longest(_listed(one), _listed(other), fillvalue=True)
    ]


_MEET: Mapping[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys("minimum exclusiveMinimum minLength minItems minProperties".split(), _number(max)),
    **dict.fromkeys("maximum exclusiveMaximum maxLength maxItems maxProperties".split(), _number(min)),
    **dict.fromkeys(["items", "additionalProperties", "propertyNames"], both),
    **dict.fromkeys(["properties", "patternProperties"], _named),
    **dict.fromkeys(["anyOf", "oneOf"], _union),
    **dict.fromkeys(
        ["uniqueItems", "readOnly", "writeOnly", "deprecated"], lambda one, other: bool(one or other)
    ),
    "type": _types,
    "enum": _choices,
    "required": lambda one, other: [*_listed(one), *_listed(other)],
    "prefixItems": _positions,
    "multipleOf": _multiple,
    # These are compared as texts alone.
    "pattern": lambda one, other: one if one == other else f"{one} and {other}",
    **dict.fromkeys(
        "not if then else contains minContains maxContains dependentRequired dependentSchemas "
        "unevaluatedItems unevaluatedProperties contentSchema".split(),
        lambda one, other: [one, other],
    ),
}
