"""Compare what callers have to prove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .kinds import Change
from .references import Schema, items, objects, resolve

Requirements = list[Mapping[str, frozenset[str]]]
"""One of them must be met: schemes, each with its scopes."""


def requirements_of(document: Schema, operation: Schema) -> Requirements:
    """Return what *operation* demands, or else what *document* does; the empty one for anybody."""
    given = items(operation.get("security", document.get("security")))
    found = [
        {name: frozenset(map(str, items(scopes))) for name, scopes in objects(each).items()} for each in given
    ]
    return [*found] or [{}]


def compare_requirements(old: Requirements, new: Requirements) -> Iterator[tuple[str, str]]:
    """Yield whether a caller who met *old* may be refused, and whether one may be let in who was not."""
    if not all(_is_met(each, new) for each in old):
        yield "security-tightened", ""
    if not all(_is_met(each, old) for each in new):
        yield "security-loosened", ""


def _is_met(proof: Mapping[str, frozenset[str]], wanted: Requirements) -> bool:
    return any(
        all(name in proof and scopes <= proof[name] for name, scopes in each.items()) for each in wanted
    )


def compare_schemes(old: Schema, new: Schema) -> Iterator[Change]:
    """Yield the changes of the ways to authenticate."""
    before, after = _schemes(old), _schemes(new)
    for name in sorted(before.keys() | after.keys()):
        place = f"securitySchemes/{name}"
        if name not in after:
            yield Change("security-scheme-removed", "", place)
        elif name not in before:
            yield Change("security-scheme-added", "", place)
        elif _meaning(resolve(old, before[name])) != _meaning(resolve(new, after[name])):
            yield Change("security-scheme-changed", "", place)


def _schemes(document: Schema) -> Mapping[str, Any]:
    return objects(objects(document.get("components")).get("securitySchemes"))


def _meaning(scheme: Schema) -> dict[str, Any]:
    return {key: value for key, value in scheme.items() if key != "description"}
