"""The routes of an app that `endpoint` knows, and the document that each belongs to."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.routing import Rule

from .._operation import Operation, Parameters, operation_of
from ..errors import DocumentError

_log = logging.getLogger("flask_baseline.openapi")

_METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "TRACE")
"""Those of OpenAPI 3.1 that an app answers itself; HEAD and OPTIONS are Flask's."""

_NAME = "[a-zA-Z_][a-zA-Z0-9_]*"

_VARIABLE = re.compile(rf"<(?:{_NAME}(?:\(.*?\))?:)?({_NAME})>")
"""A variable in a rule, as Werkzeug reads it."""


class Route(NamedTuple):
    """One method of one rule."""

    path: str
    """The rule as a template: ``/orders/{order_id}``."""
    variables: tuple[str, ...]
    """Those of the path, in their order."""
    converters: Mapping[str, Any]
    method: str
    endpoint: str
    view: Callable[..., Any]
    operation: Operation
    operation_id: str = ""

    @property
    def blueprint(self) -> str:
        """The dotted name of its blueprint; empty without one."""
        return self.endpoint.rpartition(".")[0]

    @property
    def parameters(self) -> tuple[Parameters, ...]:
        """What the view reads. Without variables in the path another decorator passes what has no place."""
        found = self.operation.parameters
        return found if self.variables else tuple(group for group in found if group.place != "path")


def routes_of(app: Flask) -> list[Route]:
    """Return every route of *app* that is to be documented, in the order of their registration."""
    by_endpoint: dict[str, list[Route]] = {}
    found: list[Route] = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions.get(rule.endpoint)
        if view is None or rule.build_only or rule.websocket or rule.redirect_to is not None:
            continue
        for method in _METHODS:
            operation = operation_of(view, method) if method in (rule.methods or ()) else None
            if operation is not None and operation.is_documented:
                found.append(_route(rule, view, method, operation))
                by_endpoint.setdefault(rule.endpoint, []).append(found[-1])
    return [route._replace(operation_id=_operation_id(route, by_endpoint[route.endpoint])) for route in found]


def _operation_id(route: Route, siblings: Sequence[Route]) -> str:
    """Return the chosen name, or the endpoint's, with what keeps those of one name apart.

    It is the method where there are several at the path, then the number of the path.
    """
    name = route.operation.operation_id
    same = [other for other in siblings if name is None or other.operation is route.operation]
    number = [*dict.fromkeys(other.path for other in same)].index(route.path) + 1
    methods = {other.method for other in same if other.path == route.path}
    parts = [name or re.sub(r"[^A-Za-z0-9_]", "_", route.endpoint)]
    parts += [route.method.lower()] if len(methods) > 1 else []
    parts += [str(number)] if number > 1 else []
    return "_".join(parts)


def _route(rule: Rule, view: Callable[..., Any], method: str, operation: Operation) -> Route:
    return Route(
        path=_VARIABLE.sub(r"{\1}", rule.rule),
        variables=tuple(_VARIABLE.findall(rule.rule)),
        # Their instances have the limits that the rule gives; no public attribute does.
        converters=getattr(rule, "_converters", {}),
        method=method,
        endpoint=rule.endpoint,
        view=view,
        operation=operation,
    )


def by_document(
    app: Flask, routes: Sequence[Route], documents: Mapping[str, str | Sequence[str]] | None
) -> dict[str, list[Route]]:
    """Return the *routes* of each document; all are in the one called ``openapi`` where none is named.

    Raises:
        DocumentError: a document asks for a blueprint that *app* does not have.
    """
    if documents is None:
        return {"openapi": [*routes]}
    chosen = {name: _selected(app, name, routes, selection) for name, selection in documents.items()}
    covered = {id(route) for found in chosen.values() for route in found}
    if missing := sorted({route.endpoint for route in routes if id(route) not in covered}):
        _log.warning(
            "these endpoints are in no document of BASELINE_OPENAPI_DOCUMENTS: %s. Add their prefix or "
            "blueprint to one, or use @endpoint(document=False)",
            ", ".join(missing),
        )
    return chosen


def _selected(
    app: Flask, document: str, routes: Iterable[Route], selection: str | Sequence[str]
) -> list[Route]:
    if isinstance(selection, str):
        prefix = selection.rstrip("/")
        return [route for route in routes if f"{route.path}/".startswith(f"{prefix}/")]
    for name in selection:
        if name not in app.blueprints:
            near = get_close_matches(name, app.blueprints, n=1)
            guess = f" Did you mean {near[0]!r}?" if near else ""
            raise DocumentError(
                f"BASELINE_OPENAPI_DOCUMENTS: the document {document!r} has the blueprint {name!r}, which "
                f"the app does not have.{guess} Fix: name a registered blueprint, nested ones with dots."
            )
    return [
        route
        for route in routes
        if any(route.blueprint == name or route.blueprint.startswith(f"{name}.") for name in selection)
    ]
