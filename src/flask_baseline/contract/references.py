"""Follow the references within a document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from .merging import merged

Schema = Mapping[str, Any]

_MAX_STEPS = 50

# What no value meets: the schema ``false``.
_NOTHING: Schema = {"enum": []}


def objects(value: Any) -> Mapping[str, Any]:
    """Return *value* as an object; what is none, in a file that was edited by hand, is an empty one."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Any]:
    """Return *value* as a list; what is none is an empty one."""
    return list(cast("Any", value)) if isinstance(value, list) else []


def text_of(part: Any) -> str:
    """Return *part* as text that is the same for what is equal."""
    return json.dumps(part, sort_keys=True, default=str)


def whole_text_of(document: Schema, part: Any) -> str:
    """Return *part* as text, and all that it refers to with it."""
    texts = {"": text_of(part)}
    queue = [part]
    while queue:
        each = queue.pop()
        reference = objects(each).get("$ref")
        if isinstance(reference, str) and reference not in texts:
            target = _target(document, reference)
            texts[reference] = text_of(target)
            queue.append(target)
        queue += [*objects(each).values(), *items(each)]
    return text_of(texts)


def resolve(document: Schema, part: Any) -> Schema:
    """Return *part* of *document*, a parameter or an answer, where it is defined.

    What a reference that leads nowhere stands for is empty.
    """
    found = objects(part)
    for _ in range(_MAX_STEPS):
        reference = found.get("$ref")
        if not isinstance(reference, str):
            return found
        found = {
            **objects(_target(document, reference)),
            **{key: found[key] for key in found if key != "$ref"},
        }
    return {}


def schema_of(document: Schema, part: Any) -> Schema:
    """Return *part* of *document*, a schema, without references and ``allOf`` at its top."""
    return merged([*_parts(document, part, set())])


def _parts(document: Schema, part: Any, seen: set[str]) -> Iterator[Schema]:
    """Yield all that *part* demands; what a reference demands once, since twice demands no more."""
    schema = _NOTHING if part is False else objects(part)
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference not in seen:
        seen.add(reference)
        yield from _parts(document, _target(document, reference), seen)
    for each in items(schema.get("allOf")):
        yield from _parts(document, each, seen)
    if own := {key: value for key, value in schema.items() if key not in ("allOf", "$ref")}:
        yield own


def _target(document: Schema, reference: str) -> Any:
    found: Any = document if reference.startswith("#/") else {}
    for step in reference.removeprefix("#/").split("/"):
        found = objects(found).get(step.replace("~1", "/").replace("~0", "~"))
    return found if found is False else objects(found)
