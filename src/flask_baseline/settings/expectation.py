"""What a setting wants, derived from its type: in words, and for text that must be parsed."""

from __future__ import annotations

import collections.abc
from pathlib import PurePath
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretBytes, SecretStr
from pydantic.fields import FieldInfo

_LISTS = (list, tuple, set, frozenset, collections.abc.Sequence)
_TABLES = (dict, collections.abc.Mapping)
_LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern")


def takes_list(field: FieldInfo) -> bool:
    """Whether text for *field* is a comma-separated list."""
    return any(get_origin(choice) in _LISTS for choice in _choices(field))


def takes_table(field: FieldInfo) -> bool:
    """Whether text for *field* is a JSON object."""
    return any(get_origin(choice) in _TABLES for choice in _choices(field))


def takes_bool(field: FieldInfo) -> bool:
    """Whether *field* can be true or false."""
    return bool in _choices(field)


def takes_only_text(field: FieldInfo) -> bool:
    """Whether *field* is text, so that a number or a boolean is text that lost its quotes."""
    return all(choice in (str, SecretStr, SecretBytes) for choice in _choices(field))


def expectation(field: FieldInfo) -> str:
    """Return what *field* accepts, as the end of the sentence "set it to ..."."""
    limits = {
        name: limit
        for entry in field.metadata
        for name in _LIMITS
        if (limit := getattr(entry, name, None)) is not None
    }
    wanted = [_words(choice, limits) for choice in _choices(field)]
    return " or ".join(dict.fromkeys(wanted))


def _choices(field: FieldInfo) -> list[Any]:
    annotation: Any = field.annotation
    if get_origin(annotation) in (Union, UnionType):
        return [choice for choice in get_args(annotation) if choice is not type(None)]
    return [annotation]


def _words(annotation: Any, limits: dict[str, Any]) -> str:
    if get_origin(annotation) is Literal:
        choices = [str(choice) for choice in get_args(annotation)]
        return choices[0] if len(choices) == 1 else "one of " + ", ".join(choices)
    if annotation is bool:
        return "true or false"
    if annotation is int:
        return "a whole number" + _range(limits)
    if annotation is float:
        return "a number" + _range(limits)
    if get_origin(annotation) in _TABLES:
        return "a JSON object"
    if get_origin(annotation) in _LISTS:
        return "a list, in text separated by commas"
    if isinstance(annotation, type) and issubclass(annotation, PurePath):
        return "a path"
    return "text" + _length(limits)


def _range(limits: dict[str, Any]) -> str:
    bounds = [
        f"{words} {limits[name]:g}"
        for name, words in (("ge", "at least"), ("gt", "above"), ("le", "at most"), ("lt", "below"))
        if name in limits
    ]
    return ", " + " and ".join(bounds) if bounds else ""


def _length(limits: dict[str, Any]) -> str:
    if "pattern" in limits:
        return f" that matches {limits['pattern']}"
    low, high = limits.get("min_length"), limits.get("max_length")
    if low is not None and high is not None:
        return f" of {low} to {high} characters"
    return f" of at least {low} characters" if low is not None else ""
