"""Compare the operations of two documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from .kinds import Change
from .references import Schema, items, objects, resolve
from .schemas import Sides, compare, compare_documentation
from .security import compare_requirements, requirements_of

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_VARIABLE = re.compile(r"\{([^}]*)\}")


class _Operation(NamedTuple):
    """An operation, with what its path says for all of its methods."""

    document: Schema
    path: str
    content: Schema
    parameters: Mapping[tuple[str, str], Schema]
    """By place and name; a variable of the path by its position, since its name is not sent."""


def compare_operations(old: Schema, new: Schema) -> Iterator[Change]:
    """Yield the changes of the operations from *old* to *new*."""
    before, after = _operations(old), _operations(new)
    sides = (Sides(old, new, "request", {}), Sides(old, new, "response", {}))
    for key in sorted(before.keys() | after.keys()):
        method = key[1].upper()
        if key not in after:
            kind = "sunset-operation-removed" if _is_past_sunset(before[key]) else "operation-removed"
            yield Change(kind, f"{method} {before[key].path}", "")
        elif key not in before:
            yield Change("operation-added", f"{method} {after[key].path}", "")
        else:
            where = f"{method} {after[key].path}"
            for kind, pointer in _changes(before[key], after[key], *sides):
                yield Change(kind, where, pointer)


def _is_past_sunset(operation: _Operation) -> bool:
    try:
        return date.fromisoformat(str(operation.content.get("x-sunset"))[:10]) <= date.today()
    except ValueError:
        return False


def _operations(document: Schema) -> dict[tuple[str, str], _Operation]:
    found: dict[tuple[str, str], _Operation] = {}
    for path, item in objects(document.get("paths")).items():
        shared = resolve(document, item)
        for method in _METHODS:
            if method in shared:
                content = objects(shared[method])
                parameters = [*items(shared.get("parameters")), *items(content.get("parameters"))]
                found[_VARIABLE.sub("{}", str(path)), method] = _Operation(
                    document, str(path), content, _parameters(document, str(path), parameters)
                )
    return found


def _parameters(document: Schema, path: str, given: Iterable[Any]) -> dict[tuple[str, str], Schema]:
    names = _VARIABLE.findall(path)
    found: dict[tuple[str, str], Schema] = {}
    for each in given:
        parameter = resolve(document, each)
        place, name = str(parameter.get("in")), str(parameter.get("name"))
        if place == "path" and name in names:
            key = str(names.index(name))
        else:
            key = name.lower() if place == "header" else name
        found[place, key] = parameter
    return found


def _changes(old: _Operation, new: _Operation, request: Sides, response: Sides) -> Iterator[tuple[str, str]]:
    before, after = bool(old.content.get("deprecated")), bool(new.content.get("deprecated"))
    if before != after:
        yield "operation-deprecated" if after else "operation-undeprecated", ""
    if old.content.get("operationId") != new.content.get("operationId"):
        yield "operation-id-changed", ""
    yield from compare_documentation(old.content, new.content, "")
    if old.path != new.path:
        yield "path-parameter-renamed", ""
    yield from compare_requirements(
        requirements_of(old.document, old.content), requirements_of(new.document, new.content)
    )
    yield from _parameter_changes(old, new, request)
    yield from _body_changes(old, new, request)
    yield from _answer_changes(old, new, response)


def _parameter_changes(old: _Operation, new: _Operation, sides: Sides) -> Iterator[tuple[str, str]]:
    for key in sorted(old.parameters.keys() | new.parameters.keys()):
        before, after = old.parameters.get(key), new.parameters.get(key)
        place = f"{key[0]}:{(after or before or {}).get('name')}"
        if before is None or after is None:
            if after is None:
                yield "parameter-removed", place
            else:
                yield "required-parameter-added" if after.get("required") else "parameter-added", place
            continue
        is_needed, was_needed = bool(after.get("required")), bool(before.get("required"))
        if is_needed != was_needed:
            yield f"parameter-became-{'required' if is_needed else 'optional'}", place
        if _style(before) != _style(after):
            yield "parameter-style-changed", place
        if bool(after.get("deprecated")) != bool(before.get("deprecated")):
            yield f"parameter-{'deprecated' if after.get('deprecated') else 'undeprecated'}", place
        yield from compare_documentation(before, after, place)
        yield from compare(sides, before.get("schema"), after.get("schema"), place)
        yield from _media_changes(sides, before, after, place)


_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


def _style(parameter: Schema) -> tuple[object, object]:
    style = parameter.get("style", _STYLES.get(str(parameter.get("in"))))
    return style, parameter.get("explode", style == "form")


def _body_changes(old: _Operation, new: _Operation, sides: Sides) -> Iterator[tuple[str, str]]:
    before = resolve(old.document, old.content.get("requestBody"))
    after = resolve(new.document, new.content.get("requestBody"))
    is_needed, was_needed = bool(after.get("required")), bool(before.get("required"))
    if not before or not after:
        if after:
            yield "required-body-added" if is_needed else "body-added", "body"
        elif before:
            yield "body-removed", "body"
        return
    if is_needed != was_needed:
        yield f"body-became-{'required' if is_needed else 'optional'}", "body"
    yield from compare_documentation(before, after, "body")
    yield from _media_changes(sides, before, after, "body")


def _answer_changes(old: _Operation, new: _Operation, sides: Sides) -> Iterator[tuple[str, str]]:
    before, after = objects(old.content.get("responses")), objects(new.content.get("responses"))
    for status in sorted(before.keys() | after.keys()):
        if status not in before or status not in after:
            outcome = "success" if str(status)[:1] in ("2", "3") else "error"
            yield f"{outcome}-{'added' if status in after else 'removed'}", status
            continue
        one, other = resolve(old.document, before[status]), resolve(new.document, after[status])
        yield from compare_documentation(one, other, status)
        yield from _media_changes(sides, one, other, status)
        yield from _header_changes(sides, one, other, status)


def _media_changes(sides: Sides, old: Schema, new: Schema, where: str) -> Iterator[tuple[str, str]]:
    before, after = objects(old.get("content")), objects(new.get("content"))
    for media_type in sorted(before.keys() | after.keys()):
        several = len(before.keys() | after.keys()) > 1
        place = f"{where}[{media_type}]" if several else where
        if media_type not in before or media_type not in after:
            change = "added" if media_type in after else "removed"
            yield f"{sides.direction}-media-type-{change}", place
            continue
        one, other = objects(before[media_type]), objects(after[media_type])
        yield from compare(sides, one.get("schema"), other.get("schema"), place)
        yield from compare_documentation(one, other, place)


def _header_changes(sides: Sides, old: Schema, new: Schema, where: str) -> Iterator[tuple[str, str]]:
    before = {str(name).lower(): header for name, header in objects(old.get("headers")).items()}
    after = {str(name).lower(): header for name, header in objects(new.get("headers")).items()}
    for name in sorted(before.keys() | after.keys()):
        place = f"{where}:{name}"
        if name not in before or name not in after:
            yield f"response-header-{'added' if name in after else 'removed'}", place
            continue
        one, other = resolve(sides.old, before[name]), resolve(sides.new, after[name])
        if bool(one.get("required")) != bool(other.get("required")):
            yield f"response-header-became-{'required' if other.get('required') else 'optional'}", place
        yield from compare_documentation(one, other, place)
        yield from compare(sides, one.get("schema"), other.get("schema"), place)
