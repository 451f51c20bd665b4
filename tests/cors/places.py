"""Every place where ``cross_origin`` can stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Flask
from flask.views import MethodView

from flask_baseline import Baseline, endpoint
from flask_baseline.cors import cross_origin

from .asking import GOOD

OTHER = "https://other.example"
own = cross_origin(origins=[OTHER], max_age=5)


def _function(app: Flask) -> None:
    @app.route("/own", methods=["GET", "PUT"])
    @own
    def view() -> str:
        return ""


def _above_the_route(app: Flask) -> None:
    @own
    @app.route("/own", methods=["GET", "PUT"])
    def view() -> str:
        return ""


def _below_endpoint(app: Flask) -> None:
    @app.route("/own", methods=["GET", "PUT"])
    @endpoint
    @own
    def view() -> dict[str, int]:
        return {}


def _above_endpoint(app: Flask) -> None:
    @app.route("/own", methods=["GET", "PUT"])
    @own
    @endpoint
    def view() -> dict[str, int]:
        return {}


def _below_another(app: Flask) -> None:
    def around(view: Callable[[], str]) -> Callable[[], str]:
        def inner() -> str:
            return view()

        inner.__wrapped__ = view  # type: ignore[attr-defined]
        return inner

    @app.route("/own", methods=["GET", "PUT"])
    @around
    @own
    def view() -> str:
        return ""


def _async(app: Flask) -> None:
    @app.route("/own", methods=["GET", "PUT"])
    @own
    async def view() -> str:
        return ""


class _Both(MethodView):
    def get(self) -> str:
        return ""

    def put(self) -> str:
        return ""


def _decorators_of_a_class(app: Flask) -> None:
    class View(_Both):
        decorators = [own]  # noqa: RUF012

    app.add_url_rule("/own", view_func=View.as_view("view"))


def _class(app: Flask) -> None:
    app.add_url_rule("/own", view_func=own(type("View", (_Both,), {})).as_view("view"))


def _as_view(app: Flask) -> None:
    app.add_url_rule("/own", view_func=own(_Both.as_view("view")))


def _methods_of_a_class(app: Flask) -> None:
    class View(MethodView):
        @own
        def get(self) -> str:
            return ""

        @endpoint
        @own
        def put(self) -> dict[str, int]:
            return {}

    app.add_url_rule("/own", view_func=View.as_view("view"))


def _blueprint(app: Flask) -> None:
    blueprint = Blueprint("inner", __name__)
    blueprint.add_url_rule("/own", view_func=_Both.as_view("view"))
    app.register_blueprint(own(blueprint))


def _blueprint_around(app: Flask) -> None:
    outer, inner = Blueprint("outer", __name__), Blueprint("inner", __name__)
    inner.add_url_rule("/own", view_func=_Both.as_view("view"))
    own(outer).register_blueprint(inner)
    app.register_blueprint(outer)


PLACES = {
    place.__name__.lstrip("_"): place
    for place in (
        _function,
        _above_the_route,
        _below_endpoint,
        _above_endpoint,
        _below_another,
        _async,
        _decorators_of_a_class,
        _class,
        _as_view,
        _methods_of_a_class,
        _blueprint,
        _blueprint_around,
    )
}


def app_with(place: Callable[[Flask], None], *, is_early: bool = False, **config: Any) -> Flask:
    """Return an app with the view of *place* and another one, before or after Baseline."""
    app = Flask("shop")
    app.config.update({"BASELINE_CORS_ORIGINS": [GOOD], **config})
    app.add_url_rule("/others", "others", lambda: "")
    if is_early:
        place(app)
    Baseline(app)
    if not is_early:
        place(app)
    return app
