"""The modules of the package: what they may import, and how they look."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from flask_baseline._features import FEATURES

SOURCE = Path(__file__).parents[1] / "src"
MAX_LINES = 250


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {_name(path): path for path in sorted(SOURCE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in FILES.items()}

each_module = pytest.mark.parametrize("module", FILES)


def _is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _statements(node: ast.AST, *, everywhere: bool) -> Iterator[ast.AST]:
    """Yield what is run at import, or with *everywhere* what is run at any time."""
    for child in ast.iter_child_nodes(node):
        is_later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if _is_for_type_checkers(child) or (is_later and not everywhere):
            continue
        yield child
        yield from _statements(child, everywhere=everywhere)


def _imports(module: str, *, everywhere: bool = False) -> set[str]:
    """Return the modules of the package that *module* names in its imports."""
    is_package = FILES[module].name == "__init__.py"
    found: set[str] = set()
    for node in _statements(TREES[module], everywhere=everywhere):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")
            base = base[: len(base) + is_package - node.level] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            names = {f"{origin}.{alias.name}" for alias in node.names}
            # `from package import module` names the module, anything else the package.
            found |= {name if name in FILES else origin for name in names}
    return found & FILES.keys()


def test_imports_are_found() -> None:
    """What reads the imports sees those of each form."""
    assert "flask_baseline._process" in _imports("flask_baseline.logging.feature")
    assert "flask_baseline.logging.settings" in _imports("flask_baseline.logging.feature")
    assert "flask_baseline._exchange" in _imports("flask_baseline.logging")
    assert "flask_baseline._edge" not in _imports("flask_baseline._feature")
    assert "flask_baseline.settings.listing" not in _imports("flask_baseline.cli")
    assert "flask_baseline.settings.listing" in _imports("flask_baseline.cli", everywhere=True)


def test_no_cycles() -> None:
    """No module needs itself to be imported, however far around."""
    order = TopologicalSorter({module: _imports(module) for module in FILES}).static_order()

    # It raises CycleError where there is none.
    assert {*order} >= {*FILES}


@pytest.mark.parametrize("name", [spec.name for spec in FEATURES])
def test_no_feature_imports_another(name: str) -> None:
    """What features exchange is data that the root passes on; they share what an identity is."""
    own = [module for module in FILES if module.split(".")[1:2] == [name]]
    imported = {module.split(".")[1] for inner in own for module in _imports(inner, everywhere=True)}
    assert imported & {spec.name for spec in FEATURES} <= {name, "auth"}


@each_module
def test_features_are_imported_by_the_root_alone(module: str) -> None:
    """No module imports a feature; the root loads those that are on by name."""
    assert _imports(module, everywhere=True) & {spec.module for spec in FEATURES} == set()


@each_module
def test_every_module_says_what_it_is(module: str) -> None:
    """Each module starts with a docstring."""
    assert ast.get_docstring(TREES[module])


@each_module
def test_every_public_definition_says_what_it_does(module: str) -> None:
    """Each public function, class and method has a docstring, but for those of a protocol."""
    documented = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    bodies = [TREES[module], *(n for n in TREES[module].body if isinstance(n, ast.ClassDef))]
    public = [
        node
        for body in bodies
        for node in body.body
        if isinstance(node, documented) and not getattr(body, "name", "").startswith("_")
        if not node.name.startswith("_") and ast.unparse(node.body[0]) != "..."
    ]
    assert [node.name for node in public if not ast.get_docstring(node)] == []


@each_module
def test_every_module_is_small(module: str) -> None:
    """A module of more than a few screens wants to be two."""
    assert len(FILES[module].read_text(encoding="utf-8").splitlines()) <= MAX_LINES
