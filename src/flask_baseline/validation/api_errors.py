"""Problem bodies for the errors of API routes, with or without `endpoint` having raised them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from flask import Flask, Response, current_app, json, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequestKeyError, HTTPException
from werkzeug.routing import Rule

from .._operation import PROBLEM_JSON, operation_of
from ..problems import Problem, problem_body

ErrorHandler = Callable[[HTTPException], ResponseReturnValue]


def error_handler(which: Literal["api", "always"]) -> ErrorHandler:
    """Return what answers the errors of API routes as problems, or all errors.

    An API route is one of an endpoint. Where no route matches, it is a path among those of endpoints,
    a client that would rather have JSON than HTML, or an app of endpoints alone.
    """
    api_paths = _per_routes(_api_paths)

    def handle(error: HTTPException) -> ResponseReturnValue:
        if isinstance(error, Problem):
            # Of the exception itself Flask would make a response by running it as an app of its own.
            return error.get_response()
        if error.response is not None or (error.code or 0) < 400:
            return error
        return _as_problem(error) if which == "always" or _is_for_api(api_paths) else error

    return handle


def _as_problem(error: HTTPException) -> Response:
    status = error.code or 500
    body = json.dumps(problem_body(status, detail=_own_text(error)))
    kept = [(name, value) for name, value in error.get_headers() if name.lower() != "content-type"]
    return Response(body, status, kept, content_type=PROBLEM_JSON)


def _own_text(error: HTTPException) -> str | None:
    """Return what the app said with ``abort(404, "...")``; Werkzeug's sentences are for a page."""
    # In debug mode it names what the app looked for.
    if isinstance(error, BadRequestKeyError) or error.description == type(error).description:
        return None
    return error.description


class _ApiPaths(NamedTuple):
    """Where an app has endpoints."""

    prefixes: tuple[str, ...]
    """The paths that the routes of a blueprint of endpoints have in common."""
    are_all: bool
    """Whether every route of the app is one."""


def _is_for_api(api_paths: Callable[[Flask], _ApiPaths]) -> bool:
    if request.url_rule is not None:
        return operation_of(current_app.view_functions[request.url_rule.endpoint], request.method) is not None
    paths = api_paths(current_app._get_current_object())  # type: ignore[attr-defined]
    return paths.are_all or _is_below(request.path, paths.prefixes) or _prefers_json()


def _prefers_json() -> bool:
    accepted = request.accept_mimetypes
    best = accepted.best_match(["text/html", "application/json", PROBLEM_JSON])
    return best in ("application/json", PROBLEM_JSON) and accepted[best] > accepted["text/html"]


def _is_below(path: str, prefixes: tuple[str, ...]) -> bool:
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def _per_routes(compute: Callable[[Flask], _ApiPaths]) -> Callable[[Flask], _ApiPaths]:
    """Return *compute* so that it runs again only when the app has more routes than before.

    Whoever probes for paths must not make each miss cost as much as the app has routes.
    """
    last: tuple[int, _ApiPaths] | None = None

    def cached(app: Flask) -> _ApiPaths:
        nonlocal last
        count = len(app.view_functions)
        found = last
        if found is None or found[0] != count:
            found = last = (count, compute(app))
        return found[1]

    return cached


def _api_paths(app: Flask) -> _ApiPaths:
    rules_of: dict[str, list[Rule]] = {}
    for rule in app.url_map.iter_rules():
        blueprint, _, name = rule.endpoint.rpartition(".")
        # Static files are no pages, and those of our features come and go with the profile.
        if rule.endpoint in app.view_functions and name != "static" and not blueprint.startswith("baseline_"):
            rules_of.setdefault(blueprint, []).append(rule)
    of_endpoints = {
        blueprint: [_is_endpoint(app, rule) for rule in rules] for blueprint, rules in rules_of.items()
    }
    shared = {
        _shared_path([rule.rule for rule in rules])
        for blueprint, rules in rules_of.items()
        if blueprint and all(of_endpoints[blueprint])
    }
    are_all = bool(of_endpoints) and all(all(marks) for marks in of_endpoints.values())
    return _ApiPaths(tuple(sorted(shared - {""})), are_all)


def _is_endpoint(app: Flask, rule: Rule) -> bool:
    view = app.view_functions[rule.endpoint]
    methods = (rule.methods or set()) - {"OPTIONS"}
    return any(operation_of(view, method) is not None for method in methods)


def _shared_path(paths: Sequence[str]) -> str:
    """Return the whole segments, without variables, that all *paths* begin with."""
    fixed = [path.partition("<")[0].rpartition("/")[0] if "<" in path else path.rstrip("/") for path in paths]
    return posixpath.commonpath(fixed) if all(fixed) else ""
