"""Compare two documents, and say whether the version admits what has changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .kinds import Change
from .operations import compare_operations
from .references import Schema, items, objects
from .schemas import compare_documentation
from .security import compare_schemes

_ORDER = ("breaking", "compatible", "info")


def changes(old: Schema, new: Schema) -> list[Change]:
    """Return every change from *old* to *new*, each once, the breaking ones first."""
    return ordered({*_of_documents(old, new), *compare_schemes(old, new), *compare_operations(old, new)})


def ordered(found: Iterable[Change]) -> list[Change]:
    """Return *found* with the breaking ones first."""
    return sorted(
        found, key=lambda change: (_ORDER.index(change.level), change.where, change.pointer, change)
    )


def _of_documents(old: Schema, new: Schema) -> Iterator[Change]:
    before, after = objects(old.get("info")), objects(new.get("info"))
    if before.get("version") != after.get("version"):
        yield Change("version-changed", "", "info/version")
    if {**before, "version": None} != {**after, "version": None}:
        yield Change("title-changed", "", "info")
    for kind, pointer in compare_documentation(old, new, ""):
        yield Change(kind, "", pointer)
    servers, served = _urls(old), _urls(new)
    for url in sorted(served - servers):
        yield Change("server-added", "", f"servers/{url}")
    for url in sorted(servers - served):
        yield Change("server-removed", "", f"servers/{url}")


def _urls(document: Schema) -> set[str]:
    # Without any it is "/" (OpenAPI 3.1.1, section 4.8.1).
    return {str(objects(server).get("url")) for server in items(document.get("servers"))} or {"/"}


def is_new_version(old: Schema, new: Schema) -> bool:
    """Whether the version of *new* says that clients of *old* have to change.

    By Semantic Versioning that is another major number, and before 1.0.0 another minor one. Of a version
    that is written otherwise, such as a date, it is any other.
    """
    before, after = (str(objects(document.get("info")).get("version")) for document in (old, new))
    one, other = _number(before), _number(after)
    if one is None or other is None:
        return before != after
    count = 1 if one[0] or other[0] else 2
    return one[:count] < other[:count]


def _number(version: str) -> tuple[int, ...] | None:
    found = re.match(r"v?(\d{1,9})\.(\d{1,9})(?:\.|$)", version)
    return tuple(map(int, found.groups())) if found else None
