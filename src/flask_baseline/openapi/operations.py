"""The operations of a document, by path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..errors import DocumentError
from .answers import responses_of
from .bodies import body_of
from .parameters import parameters_of
from .routes import Route
from .schemas import Schema, Schemas
from .security import security_of


class Path(NamedTuple):
    """A path with its operations, by method in lower case."""

    template: str
    variables: tuple[str, ...]
    operations: dict[str, Schema]
    views: dict[str, str]
    """The endpoint of each operation."""


class Paths(NamedTuple):
    """All of a document's paths."""

    paths: Sequence[Path]
    views_by_scheme: Mapping[str, Sequence[str]]
    """The security schemes that are needed, each with the endpoints that do."""


def paths_of(routes: Sequence[Route], schemas: Schemas, tokens: Sequence[str]) -> Paths:
    """Return the paths of *routes*, in their order, whose views take *tokens* by these security schemes.

    Raises:
        DocumentError: two operations have one name, or one path and method.
    """
    _check_ids(routes)
    paths: dict[str, Path] = {}
    views_by_scheme: dict[str, list[str]] = {}
    for route in routes:
        security = security_of(route, tokens)
        for name in dict.fromkeys(name for requirement in security or () for name in requirement):
            views_by_scheme.setdefault(name, []).append(route.endpoint)
        path = paths.setdefault(_shape(route), Path(route.path, route.variables, {}, {}))
        method = route.method.lower()
        if method in path.operations:
            raise DocumentError(
                f"{path.views[method]} and {route.endpoint} both answer {route.method} {path.template}, "
                "which OpenAPI cannot tell apart. Fix: give one another path, or @endpoint(document=False)."
            )
        path.views[method] = route.endpoint
        path.operations[method] = _operation(route, path.variables, security, schemas)
    return Paths([*paths.values()], views_by_scheme)


def _shape(route: Route) -> str:
    """Return the path without the names of its variables, by which OpenAPI does not tell paths apart."""
    shape = route.path
    for variable in route.variables:
        shape = shape.replace(f"{{{variable}}}", "{}", 1)
    return shape


def _operation(
    route: Route, variables: Sequence[str], security: list[dict[str, list[str]]] | None, schemas: Schemas
) -> Schema:
    operation = route.operation
    parameters = parameters_of(route, schemas)
    own_names = dict(zip(route.variables, variables, strict=True))
    for parameter in parameters:
        if parameter["in"] == "path":
            parameter["name"] = own_names[parameter["name"]]
    made: dict[str, Any] = {
        "tags": _tags(route),
        "summary": operation.summary,
        "description": operation.description,
        "operationId": route.operation_id,
        "parameters": parameters,
        "requestBody": body_of(operation.body, operation.request_examples, schemas)
        if operation.body
        else None,
        "responses": responses_of(route, schemas, is_guarded=any(security or ())),
        "deprecated": bool(operation.deprecated),
        "x-sunset": operation.sunset.isoformat() if operation.sunset else None,
    }
    kept = {key: value for key, value in made.items() if value}
    return kept if security is None else kept | {"security": security}


def _tags(route: Route) -> list[str]:
    if route.operation.tags is not None:
        return [*route.operation.tags]
    # A nested blueprint's own name, as its version is in the path already.
    name = route.blueprint.rpartition(".")[2]
    return [name] if name else []


def _check_ids(routes: Sequence[Route]) -> None:
    owners: dict[str, list[str]] = {}
    for route in routes:
        owners.setdefault(route.operation_id, []).append(f"{route.endpoint} ({route.method} {route.path})")
    clashes = [f"{name}: {', '.join(views)}" for name, views in owners.items() if len(views) > 1]
    if clashes:
        raise DocumentError(
            "Different operations have one operationId in the same OpenAPI document:\n  "
            + "\n  ".join(clashes)
            + "\nFix: @endpoint(operation_id='...') on one of them."
        )
