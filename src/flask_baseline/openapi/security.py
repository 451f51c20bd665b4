"""What a caller must prove, as an operation says or as its decorators do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from ..errors import DocumentError
from .routes import Route

Requirement = dict[str, list[str]]
"""Names of security schemes that are all needed, each with its scopes."""

ATTRIBUTE = "__baseline_security__"
"""Where a decorator that guards a view has what it demands: requirements of which one must be met."""

BEARER = "bearer"

_BEARER_SCHEME = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def security_of(route: Route, tokens: Sequence[str]) -> list[Requirement] | None:
    """Return the requirements of *route*, of which one must be met; None where nothing is said.

    Args:
        route: of the view.
        tokens: the schemes by which tokens come, for each ``bearer`` of a decorator, which knows no app.
    """
    if route.operation.security is not None:
        return _requirements(route.operation.security)
    marks = [*_marks(route)]
    if not marks:
        return None
    # Each decorator guards for itself, so that one choice of every one of them must be met.
    together = [_together(choice) for choice in product(*marks)]
    return [made for requirement in together for made in _by_tokens(requirement, tokens)]


def _by_tokens(requirement: Requirement, tokens: Sequence[str]) -> list[Requirement]:
    if BEARER not in requirement:
        return [requirement]
    return [
        {token if name == BEARER else name: scopes for name, scopes in requirement.items()}
        for token in tokens
    ]


def schemes_of(
    declared: Mapping[str, Mapping[str, Any]], used: Mapping[str, Iterable[str]]
) -> dict[str, dict[str, Any]]:
    """Return the schemes of a document.

    Args:
        declared: those of the settings and of the features.
        used: the names that operations need, each with the views that do.

    Raises:
        DocumentError: a view needs a scheme that is not declared.
    """
    known = dict(declared)
    if BEARER in used:
        known.setdefault(BEARER, _BEARER_SCHEME)
    missing = [f"{', '.join(views)}: {name!r}" for name, views in used.items() if name not in known]
    if missing:
        raise DocumentError(
            "Views ask for security schemes that are not declared:\n  "
            + "\n  ".join(missing)
            + "\nFix: declare them in BASELINE_OPENAPI_SECURITY_SCHEMES, or correct the names. "
            + f"There are: {', '.join(sorted(known)) or 'none'}."
        )
    return {name: dict(scheme) for name, scheme in sorted(known.items())}


def _requirements(given: Sequence[Mapping[str, Sequence[str]]]) -> list[Requirement]:
    return [{name: [*scopes] for name, scopes in requirement.items()} for requirement in given]


def _together(requirements: Iterable[Requirement]) -> Requirement:
    made: Requirement = {}
    for requirement in requirements:
        for name, scopes in requirement.items():
            made[name] = [*dict.fromkeys([*made.get(name, ()), *scopes])]
    return made


def _marks(route: Route) -> Iterator[list[Requirement]]:
    """Yield what each decorator of the view demands, the outermost first."""
    jwt = _code_of_jwt_required()
    seen: set[int] = set()
    for function in _layers(route):
        mark = getattr(function, ATTRIBUTE, None)
        # functools.wraps copies the mark to whatever is decorated around.
        if mark is not None and id(mark) not in seen:
            seen.add(id(mark))
            yield _requirements(mark)
        if jwt is not None and getattr(function, "__code__", None) is jwt:
            yield [{BEARER: []}, {}] if _closure(function).get("optional") else [{BEARER: []}]


def _layers(route: Route) -> Iterator[Callable[..., Any]]:
    view_class = getattr(route.view, "view_class", None)
    method = None if view_class is None else getattr(view_class, route.method.lower(), None)
    for outermost in (route.view, method):
        function: Callable[..., Any] | None = outermost
        while function is not None:
            yield function
            function = getattr(function, "__wrapped__", None)


def _code_of_jwt_required() -> object:
    """Return the code that all views of ``flask_jwt_extended.jwt_required`` share, if anybody uses it."""
    module = sys.modules.get("flask_jwt_extended")
    if module is None:
        return None

    def view() -> None: ...

    return module.jwt_required()(view).__code__


def _closure(function: Callable[..., Any]) -> dict[str, Any]:
    names = function.__code__.co_freevars
    return dict(zip(names, (cell.cell_contents for cell in function.__closure__ or ()), strict=True))
