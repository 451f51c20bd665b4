"""Build the OpenAPI documents of an app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apispec import APISpec
from flask import Flask

from .._feature import Setup
from ..errors import NotInitializedError
from .answers import problem_adapters
from .names import names_of
from .operations import paths_of
from .rewriting import reachable, renamed
from .routes import Route, by_document, routes_of
from .schemas import Schemas, Wanted, schemas_of
from .security import BEARER, schemes_of
from .settings import OpenapiSettings

VERSION = "3.1.1"
"""The version of OpenAPI; its schemas are the JSON Schema 2020-12 that pydantic writes."""


def documents(app: Flask) -> dict[str, dict[str, Any]]:
    """Return the OpenAPI documents of *app* by name, the main one first.

    It works with the feature off too, for commands. The routes are those of now.

    Raises:
        NotInitializedError: *app* has no ``Baseline``.
        DocumentError: something cannot be described; the message names it and the fix.
    """
    state = app.extensions.get("baseline")
    if state is None:
        raise NotInitializedError(
            f"The app {app.name!r} has no Baseline, which describes its endpoints. Call Baseline(app) in "
            "the factory."
        )
    settings: OpenapiSettings = state.settings.features.get("openapi") or OpenapiSettings()
    routes = routes_of(app)
    chosen = by_document(app, routes, settings.documents)
    schemas = schemas_of([*_wanted(routes)])
    setup: Setup = state.setup
    return {
        name: _document(_info(name, settings, setup), found, schemas, settings, setup)
        for name, found in chosen.items()
    }


def _wanted(routes: Sequence[Route]) -> Iterator[Wanted]:
    for adapter in problem_adapters():
        yield Wanted(adapter, "serialization", "")
    for route in routes:
        operation = route.operation
        for group in route.parameters:
            yield Wanted(group.adapter, "validation", route.endpoint)
        for adapter in operation.body.adapters if operation.body else ():
            yield Wanted(adapter, "validation", route.endpoint)
        for answer in operation.answers.values():
            if answer.adapter is not None:
                yield Wanted(answer.adapter, "serialization", route.endpoint)


def _info(name: str, settings: OpenapiSettings, setup: Setup) -> dict[str, Any]:
    title = settings.title or setup.service_name
    info = {
        "title": title if settings.documents is None else f"{title} {name}",
        "version": settings.version or setup.service_version or "0.0.0",
        "description": settings.description,
    }
    return {key: value for key, value in info.items() if value is not None}


def _document(
    info: Mapping[str, Any],
    routes: Sequence[Route],
    schemas: Schemas,
    settings: OpenapiSettings,
    setup: Setup,
) -> dict[str, Any]:
    schemes = setup.security_schemes()
    paths, views_by_scheme = paths_of(routes, schemas, [*schemes] or [BEARER])
    needed = reachable([path.operations for path in paths], schemas.definitions)
    used = {name: schemas.definitions[name] for name in sorted(needed)}
    names = names_of(used)
    # That no operation needs anything but what it says is the default, which linters want to read.
    options: dict[str, Any] = {
        "info": dict(info),
        "servers": [{"url": url} for url in settings.servers or ("/",)],
        "security": [],
    }
    # Parts of its methods have no types.
    spec: Any = APISpec(info["title"], info["version"], VERSION, **options)
    for path in paths:
        spec.path(path.template, operations=renamed(path.operations, names.__getitem__))
    # One name may stand for both modes of a type, which are equal then.
    for name, key in sorted({name: key for key, name in names.items()}.items()):
        spec.components.schema(name, _component(name, renamed(used[key], names.__getitem__)))
    declared = {**schemes, **(settings.security_schemes or {})}
    for name, scheme in schemes_of(declared, views_by_scheme).items():
        spec.components.security_scheme(name, scheme)
    made: dict[str, Any] = spec.to_dict()
    return {key: made[key] for key in _ORDER if key in made}


_ORDER = ("openapi", "info", "servers", "security", "paths", "components")


def _component(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Return *schema* without a title that is its name already."""
    return {key: value for key, value in schema.items() if key != "title" or value != name}
