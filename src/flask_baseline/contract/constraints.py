"""Compare what two schemas demand of one value of a type."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from .alternatives import choices_of
from .references import Schema, text_of, whole_text_of

Found = Iterator[tuple[str, str]]
"""Kinds of change, without their direction if they have one, and where."""


class _Limit(NamedTuple):
    what: str
    keyword: str
    exclusive: str
    sense: int


_LIMITS = (
    _Limit("range", "minimum", "exclusiveMinimum", 1),
    _Limit("range", "maximum", "exclusiveMaximum", -1),
    _Limit("length", "minLength", "", 1),
    _Limit("length", "maxLength", "", -1),
    _Limit("count", "minItems", "", 1),
    _Limit("count", "maxItems", "", -1),
    _Limit("size", "minProperties", "", 1),
    _Limit("size", "maxProperties", "", -1),
)

# What is not looked into. They are demands, so one more is narrower.
_RULES = (
    ("not",),
    ("if", "then", "else"),
    ("contains", "minContains", "maxContains"),
    ("dependentRequired",),
    ("dependentSchemas",),
    ("unevaluatedItems",),
    ("unevaluatedProperties",),
    ("contentSchema",),
)


def compare_constraints(documents: tuple[Schema, Schema], old: Schema, new: Schema) -> Found:
    """Yield the changes from *old* to *new* in all but the items and members of the value."""
    rules = _rules(documents, old, new)
    for kind in sorted({*_enum(old, new), *_prescriptions(old, new), *_limits(old, new), *rules}):
        yield kind, ""


def _enum(old: Schema, new: Schema) -> Iterator[str]:
    listed, lists = choices_of(old), choices_of(new)
    if listed is None or lists is None:
        if listed is not lists:
            yield f"enum-{'narrowed' if listed is None else 'widened'}"
        return
    before, after = {*map(text_of, listed)}, {*map(text_of, lists)}
    if before - after:
        yield "enum-narrowed"
    if after - before:
        yield "enum-widened"


def _prescriptions(old: Schema, new: Schema) -> Iterator[str]:
    for what, keyword in (
        ("format", "format"),
        ("pattern", "pattern"),
        ("content", "contentMediaType"),
        ("content", "contentEncoding"),
        ("multiple", "multipleOf"),
    ):
        before, after = old.get(keyword), new.get(keyword)
        if before == after:
            continue
        if before is None or after is None:
            yield f"{what}-{'narrowed' if before is None else 'widened'}"
        else:
            yield f"{what}-{_multiple(before, after) if what == 'multiple' else 'changed'}"
    before, after = bool(old.get("uniqueItems")), bool(new.get("uniqueItems"))
    if before != after:
        yield f"uniqueness-{'narrowed' if after else 'widened'}"


def _multiple(before: Any, after: Any) -> str:
    try:
        # As they are written: 0.1 is ten times 0.01.
        ratio = Fraction(str(after)) / Fraction(str(before))
    except (ValueError, ZeroDivisionError):
        return "changed"
    if ratio.denominator == 1:
        return "narrowed"
    return "widened" if ratio.numerator == 1 else "changed"


def _limits(old: Schema, new: Schema) -> Iterator[str]:
    for limit in _LIMITS:
        before, after = _bound(old, limit), _bound(new, limit)
        if before != after:
            is_narrower = before is None or (after is not None and after > before)
            yield f"{limit.what}-{'narrowed' if is_narrower else 'widened'}"


def _bound(schema: Schema, limit: _Limit) -> tuple[float, bool] | None:
    """Return the limit, larger where it is narrower, and whether it is itself excluded."""
    value: Any = schema.get(limit.keyword)
    other: Any = schema.get(limit.exclusive)
    found: list[tuple[float, bool]] = []
    # No text has fewer than no characters, so that is no limit.
    if _is_number(value) and (limit.exclusive or limit.sense < 0 or value > 0):
        # So OpenAPI 3.0 wrote it.
        found.append(_whole(schema, value * limit.sense, other is True))
    if _is_number(other):
        found.append(_whole(schema, other * limit.sense, True))
    return max(found, default=None)


def _whole(schema: Schema, value: float, is_excluded: bool) -> tuple[float, bool]:
    is_next_known = is_excluded and schema.get("type") == "integer" and value // 1 == value
    return (value + 1, False) if is_next_known else (value, is_excluded)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _rules(documents: tuple[Schema, Schema], old: Schema, new: Schema) -> Iterator[str]:
    for keywords in _RULES:
        before, after = ({key: schema[key] for key in keywords if key in schema} for schema in (old, new))
        if not before and not after:
            continue
        if whole_text_of(documents[0], before) != whole_text_of(documents[1], after):
            yield f"rule-{'changed' if before and after else 'narrowed' if after else 'widened'}"
