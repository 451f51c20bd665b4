"""Read what an app publishes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask


def document(app: Flask, path: str = "/openapi.json") -> dict[str, Any]:
    """Return the document of *app* at *path*."""
    response = app.test_client().get(path)
    assert response.status_code == 200
    found: dict[str, Any] = response.get_json()
    return found


def operation(app: Flask, view: Callable[..., Any], rule: str = "/", method: str = "GET") -> dict[str, Any]:
    """Return the operation that *app* publishes for *view*, its only route."""
    app.add_url_rule(rule, "view", view, methods=[method])
    (path,) = document(app)["paths"].values()
    found: dict[str, Any] = path[method.lower()]
    return found


def components(app: Flask) -> dict[str, Any]:
    """Return the schemas of *app* that are not of the package itself, by name."""
    found = document(app)["components"]["schemas"]
    return {name: schema for name, schema in found.items() if name not in _OWN}


_OWN = ("Problem", "ValidationProblem", "ValidationError")
