"""The revisions of a folder and what they follow, read without running them.

A process that serves has no need of Alembic, nor of what the files of revisions import.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple


class Revision(NamedTuple):
    """What a file of a revision says of itself."""

    id: str
    follows: tuple[str, ...]
    """The revisions that are applied before it, by their id; what it depends on, by a branch's label too."""
    labels: tuple[str, ...] = ()


class Graph:
    """All revisions of a folder."""

    def __init__(self, revisions: Collection[Revision]) -> None:
        ids = {label: revision.id for revision in revisions for label in revision.labels}
        self._follows: Mapping[str, tuple[str, ...]] = {
            revision.id: tuple(ids.get(name, name) for name in revision.follows) for revision in revisions
        }

    def missing_from(self, applied: Collection[str]) -> frozenset[str]:
        """Return the revisions that are not applied where the heads are *applied*.

        A head that is unknown is one of a newer release, which has all of this one's.
        """
        if not self._follows.keys() >= {*applied}:
            return frozenset()
        return frozenset(self._follows.keys() - self._up_to(applied))

    def _up_to(self, heads: Collection[str]) -> set[str]:
        found: set[str] = set()
        waiting = [*heads]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._follows.get(name, ())
        return found


def read_graph(versions: Path) -> Graph:
    """Return the revisions in the folder *versions*.

    Raises:
        OSError: the folder or a file cannot be read.
        SyntaxError: a file is not Python.
    """
    return Graph([found for path in sorted(versions.glob("*.py")) for found in _revision_in(path)])


def _revision_in(path: Path) -> Iterator[Revision]:
    values: dict[str, tuple[str, ...]] = {}
    for statement in ast.parse(path.read_bytes(), path.name).body:
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
            continue
        for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
            if isinstance(target, ast.Name):
                values[target.id] = _texts(statement.value)
    for name in values.get("revision", ()):
        follows = (*values.get("down_revision", ()), *values.get("depends_on", ()))
        yield Revision(name, follows, values.get("branch_labels", ()))


def _texts(node: ast.expr) -> tuple[str, ...]:
    """Return the literals of a string, a collection of strings, or None."""
    found = node.elts if isinstance(node, (ast.Tuple, ast.List, ast.Set)) else [node]
    return tuple(
        part.value for part in found if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
