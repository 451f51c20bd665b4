"""The names of schemas in a document: those of their classes, whichever others there are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..errors import DocumentError
from .rewriting import references, renamed
from .schemas import TYPE, Mode, Schema

_SUFFIX: Mapping[Mode, str] = {"validation": "-Input", "serialization": "-Output"}


class _Type(NamedTuple):
    """What one definition describes."""

    ref: str
    """Identifies the type in the process; ends with its module, name and id."""
    mode: Mode


def names_of(definitions: Mapping[str, Schema]) -> dict[str, str]:
    """Return the name in the document of each of the *definitions* that it has.

    A class has its own name or the title that it is given. It gets ``-Input`` and ``-Output`` where it
    is both taken and answered, and not in the same form.

    Raises:
        DocumentError: two classes have the same name.
    """
    types = {key: _type_of(key, schema) for key, schema in definitions.items()}
    split = _split(definitions, types)
    names: dict[str, str] = {}
    owners: dict[str, dict[str, None]] = {}
    for key, schema in definitions.items():
        ref, mode = types[key]
        name = _name(ref, schema)
        owners.setdefault(name, {})[ref] = None
        names[key] = name + _SUFFIX[mode] if ref in split else name
    _check(owners)
    return names


def _type_of(key: str, schema: Schema) -> _Type:
    # One that the app made by hand has no type.
    return _Type(*schema.get(TYPE, (key, "serialization")))


def _split(definitions: Mapping[str, Schema], types: Mapping[str, _Type]) -> set[str]:
    """Return the types whose two modes differ, in themselves or in what they refer to."""
    shapes: dict[str, set[str]] = {}
    needs: dict[str, set[str]] = {}
    for key, schema in definitions.items():
        ref = types[key].ref
        shape = renamed(schema, lambda name: types[name].ref if name in types else name)
        shapes.setdefault(ref, set()).add(json.dumps(shape, sort_keys=True, default=repr))
        needs.setdefault(ref, set()).update(types[name].ref for name in references(schema) if name in types)
    modes: dict[str, set[Mode]] = {}
    for ref, mode in types.values():
        modes.setdefault(ref, set()).add(mode)
    split = {ref for ref, found in shapes.items() if len(found) > 1}
    while True:
        more = {ref for ref in needs if ref not in split and len(modes[ref]) > 1 and needs[ref] & split}
        if not more:
            return split
        split |= more


def _name(ref: str, schema: Schema) -> str:
    title = schema.get("title")
    name = title if isinstance(title, str) and title else _label(ref).rpartition(".")[2]
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("_")


def _label(ref: str) -> str:
    """Return the module and the name of a type, without the ids that make it unique."""
    return re.sub(r":\d+", "", ref)


def _check(owners: Mapping[str, Iterable[str]]) -> None:
    clashes = [
        f"{name}: {', '.join(_label(ref) for ref in refs)}"
        for name, refs in owners.items()
        if len([*refs]) > 1
    ]
    if clashes:
        raise DocumentError(
            "Different classes have one name in the same OpenAPI document:\n  "
            + "\n  ".join(clashes)
            + "\nFix: rename one, or give it a title: model_config = ConfigDict(title='...')."
        )
