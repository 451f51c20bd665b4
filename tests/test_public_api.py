"""What users may import, and what comes with the package."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module, metadata
from importlib.resources import files
from types import ModuleType

import pytest

import flask_baseline
from flask_baseline import errors

PUBLIC = {
    "flask_baseline": {
        *("Baseline", "Body", "ConfigError", "Cookie", "File", "Form", "Header", "Problem", "Query"),
        "endpoint",
    },
    "flask_baseline.auth": {
        *("Identity", "current_identity", "issue_tokens", "login_failed", "login_name", "public", "require"),
        *("require_auth", "require_roles", "require_scopes", "revoke", "rotate_tokens"),
    },
    "flask_baseline.errors": {
        *("AlreadyInitializedError", "BaselineError", "ConfigError", "ConfigProblem", "ContractError"),
        *("DocumentError", "MissingExtraError", "NotInitializedError", "ProcessConflictError", "ServerError"),
    },
    "flask_baseline.logging": {"request_id"},
    "flask_baseline.pagination": {"CursorPage", "CursorQuery", "Page", "PageQuery"},
    "flask_baseline.problem_types": {"ProblemType"},
    "flask_baseline.problems": {"Problem", "problem_body"},
    "flask_baseline.deploy.asgi": {"to_asgi"},
    "flask_baseline.testing": {
        *("CapturedMetrics", "captured_logs", "captured_metrics", "captured_spans", "expect_denied"),
        *("frozen_clock", "identity_client", "mint"),
    },
    "flask_baseline.testing.servers": {"Server", "free_port", "mariadb", "postgres", "valkey"},
    "flask_baseline.validation.conditional": {"check_precondition"},
}
"""Adding to it is a promise, and so a decision."""

each_module = pytest.mark.parametrize("module", [import_module(name) for name in PUBLIC], ids=PUBLIC)


@each_module
def test_all(module: ModuleType) -> None:
    """``__all__`` has what is public, sorted, and each name is there."""
    assert {*module.__all__} == PUBLIC[module.__name__]
    assert [*module.__all__] == sorted(module.__all__)
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


@each_module
def test_everything_public_is_documented(module: ModuleType) -> None:
    """Each public name has a docstring of its own; that of its base would not do."""
    public = {name: getattr(module, name) for name in module.__all__}
    assert [
        name
        for name, found in public.items()
        if not (vars(found)["__doc__"] if inspect.isclass(found) else found.__doc__)
    ] == []


def test_the_package_has_nothing_else() -> None:
    """A public name of the package is one that it exports, or a module."""
    names = {name for name, value in vars(flask_baseline).items() if not isinstance(value, ModuleType)}
    names -= {"TYPE_CHECKING", "names_of"}
    assert {name for name in names if not name.startswith("_")} <= PUBLIC["flask_baseline"]


def test_import_star() -> None:
    """``from flask_baseline import *`` brings the public names."""
    scope: dict[str, object] = {}
    exec("from flask_baseline import *", scope)  # noqa: S102
    assert scope.keys() - {"__builtins__"} == PUBLIC["flask_baseline"]


def test_the_package_is_typed() -> None:
    """Type checkers read the annotations of an installed package."""
    assert files("flask_baseline").joinpath("py.typed").is_file()


def test_metadata() -> None:
    """The distribution has a version, the console script, the commands and the plugin of pytest."""
    distribution = metadata.distribution("flask-baseline")
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", distribution.version)
    points = {(point.group, point.name): point.value for point in distribution.entry_points}
    assert points == {
        ("console_scripts", "flask-baseline"): "flask_baseline.cli:main",
        ("flask.commands", "baseline"): "flask_baseline.cli:baseline",
        ("pytest11", "baseline"): "flask_baseline.testing.plugin",
    }


def _classes() -> list[ast.ClassDef]:
    tree = ast.parse(inspect.getsource(errors))
    return [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name.endswith("Error")]


def test_the_error_tree() -> None:
    """The tree in the docstring of the errors is that of the classes, each with the built-in it is too."""
    drawn = dict(re.findall(r"(\w+Error) \(([\w.]+)\)", errors.__doc__ or ""))
    assert drawn.pop("BaselineError") == "click.ClickException"
    assert errors.BaselineError.__bases__[0].__name__ == "ClickException"
    assert drawn == {
        found.__name__: found.__bases__[1].__name__
        for found in (getattr(errors, node.name) for node in _classes())
        if found.__bases__[0] is errors.BaselineError
    }
    assert len(_classes()) == len(drawn) + 1
