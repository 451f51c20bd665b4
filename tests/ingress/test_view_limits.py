"""Limits of single views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Blueprint, Flask, request
from flask.views import MethodView, View

from flask_baseline import Baseline, Body, endpoint
from flask_baseline.ingress import max_body_bytes

from .asking import ask, chunked, sent

LIMIT = 100

Size = dict[str, int]


def _size() -> Size:
    return {"size": len(request.get_data())}


class Method(MethodView):
    """One of its methods has a limit."""

    @max_body_bytes(LIMIT)
    def post(self) -> Size:
        return _size()

    def put(self) -> Size:
        return _size()


@max_body_bytes(LIMIT)
class Whole(MethodView):
    """All of its methods have a limit, but for one with its own."""

    def post(self) -> Size:
        return _size()

    @max_body_bytes(2 * LIMIT)
    def put(self) -> Size:
        return _size()


class Decorated(View):
    """It has the limit as a decorator of Flask's."""

    methods = ("POST",)
    decorators = (max_body_bytes(LIMIT),)

    def dispatch_request(self) -> Size:
        return _size()


@max_body_bytes(LIMIT)
@endpoint
def outside(body: Body[list[int]]) -> Size:
    return {"size": len(request.get_data())}


@endpoint
@max_body_bytes(LIMIT)
def inside(body: Body[list[int]]) -> Size:
    return {"size": len(request.get_data())}


class Validated(MethodView):
    """Its method is an endpoint too."""

    @endpoint
    @max_body_bytes(LIMIT)
    def post(self, body: Body[list[int]]) -> Size:
        return {"size": len(request.get_data())}


VIEWS: dict[str, Callable[..., Any]] = {
    "function": max_body_bytes(LIMIT)(lambda: _size()),
    "method": Method.as_view("method"),
    "class": Whole.as_view("class"),
    "decorators": Decorated.as_view("decorators"),
    "outside-endpoint": outside,
    "inside-endpoint": inside,
    "endpoint-method": Validated.as_view("endpoint-method"),
}


def app_of(default: int) -> Flask:
    app = Flask("shop")
    app.config["BASELINE_INGRESS_MAX_BODY_BYTES"] = default
    Baseline(app)
    blueprint = Blueprint("orders", __name__)
    for name, view in VIEWS.items():
        methods = None if hasattr(view, "view_class") else ["POST"]
        blueprint.add_url_rule(f"/{name}", name, view, methods=methods)
    app.register_blueprint(blueprint)
    return app


@pytest.mark.parametrize("framing", [sent, chunked])
@pytest.mark.parametrize("default", [10, 10_000], ids=["more-than-others", "less-than-others"])
@pytest.mark.parametrize("name", VIEWS)
def test_a_limit_of_a_view(name: str, default: int, framing: Callable[..., dict[str, Any]]) -> None:
    """A view's own limit counts, be it more or less than that of all others, however the view is made."""
    app = app_of(default)
    for size, status in ((LIMIT, 200), (LIMIT + 1, 413), (LIMIT * 50, 413)):
        body = b"[1]".ljust(size)
        answer = ask(app, f"/{name}", "POST", **framing(body) | {"CONTENT_TYPE": "application/json"})
        assert answer.status == status
        assert status == 413 or answer.json == {"size": size}


def test_methods_of_one_view() -> None:
    """Each method of a view may have its own limit, and one without has that of the class, or of all."""
    app = app_of(1_000)
    for path, size, status in (
        ("/method", 1_000, 200),
        ("/method", 1_001, 413),
        ("/class", 200, 200),
        ("/class", 201, 413),
    ):
        assert ask(app, path, "PUT", **sent(b"x" * size)).status == status


def test_a_view_that_is_replaced() -> None:
    """The limit is that of the view that runs, also where it takes the place of another later."""
    app = app_of(1_000)
    for framing in (sent, chunked):
        app.view_functions["orders.function"] = lambda: _size()
        assert ask(app, "/function", "POST", **framing(b"x" * 1_000)).status == 200
        app.view_functions["orders.function"] = max_body_bytes(5)(lambda: _size())
        assert ask(app, "/function", "POST", **framing(b"x" * 6)).status == 413


@pytest.mark.parametrize("path", ["/missing", "/method"])
def test_no_view(path: str) -> None:
    """Where no view matches, what an error handler reads has the limit of all views."""
    app = app_of(10)
    app.register_error_handler(404, lambda _: request.get_data())
    app.register_error_handler(405, lambda _: request.get_data())
    assert ask(app, path, "DELETE", **chunked(b"x" * 10)).status == 200
    assert ask(app, path, "DELETE", **chunked(b"x" * 11)).status in (413, 500)


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_is_none(limit: int) -> None:
    """A limit below 1 is an error where it is written."""
    with pytest.raises(
        ValueError, match=r"A body of -?\d bytes is none; give max_body_bytes a number above 0\."
    ):
        max_body_bytes(limit)


@pytest.mark.parametrize(
    "limit", [True, 1.5, "5", None, _size], ids=["bool", "float", "text", "none", "view"]
)
def test_a_limit_that_is_no_number(limit: Any) -> None:
    """So is what is no number, as where the parentheses were left out."""
    with pytest.raises(TypeError, match=r"needs a number of bytes: @max_body_bytes\(5_000_000\)"):
        max_body_bytes(limit)
