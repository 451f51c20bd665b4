"""Walk through schemas and documents by their references."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from .schemas import PREFIX, TYPE

_DATA = frozenset({"default", "example", "examples", "const", "enum", "value"})
"""Keywords whose values are the user's, whatever they look like."""

_NAMED = frozenset(
    "properties patternProperties dependentSchemas $defs responses content headers encoding paths".split()
)
"""Keywords of an object whose keys are names, and so no keywords."""


def renamed(node: Any, rename: Callable[[str], str]) -> Any:
    """Return a copy of *node* in which each reference to a definition has the name from *rename*."""
    if isinstance(node, list):
        return [renamed(item, rename) for item in cast("Sequence[Any]", node)]
    if not isinstance(node, dict):
        return node
    copy: dict[str, Any] = {}
    value: Any
    for key, value in cast("dict[str, Any]", node).items():
        if key in _DATA:
            copy[key] = value
        elif key in _NAMED and isinstance(value, dict):
            named = cast("dict[str, Any]", value)
            copy[key] = {name: renamed(item, rename) for name, item in named.items()}
        elif key == "$ref" and isinstance(value, str):
            copy[key] = _renamed(value, rename)
        elif key == "discriminator" and isinstance(value, dict) and "mapping" in value:
            tags = cast("dict[str, str]", value["mapping"])
            mapping = {tag: _renamed(target, rename) for tag, target in tags.items()}
            copy[key] = {**value, "mapping": mapping}
        elif key != TYPE:
            copy[key] = renamed(value, rename)
    return copy


def references(node: Any) -> set[str]:
    """Return the names of the definitions that *node* refers to itself."""
    found: set[str] = set()

    def note(name: str) -> str:
        found.add(name)
        return name

    renamed(node, note)
    return found


def reachable(node: Any, definitions: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the *definitions* that *node* refers to, directly or not."""
    seen: set[str] = set()
    ahead = references(node)
    while ahead:
        name = ahead.pop()
        seen.add(name)
        yield name
        ahead |= references(definitions[name]) - seen


def _renamed(reference: str, rename: Callable[[str], str]) -> str:
    name = reference.removeprefix(PREFIX)
    return reference if name == reference else PREFIX + rename(name)
