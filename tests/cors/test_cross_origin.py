"""``cross_origin`` gives a view or a blueprint rules of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView

from flask_baseline import Baseline, Body, endpoint
from flask_baseline.cors import cross_origin

from .asking import GOOD, ask, granted, preflight
from .places import OTHER, PLACES, app_with, own


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("is_early", [True, False], ids=["before", "after"])
def test_wherever_it_stands(place: Callable[[Flask], None], is_early: bool) -> None:
    """It holds for its view alone, for answers and preflights, in any order and before or after Baseline."""
    app = app_with(place, is_early=is_early)

    for method in ("GET", "HEAD", "PUT"):
        assert granted(ask(app, "/own", method, origin=OTHER))["Allow-Origin"] == OTHER
        assert granted(ask(app, "/own", method, origin=GOOD)) == {}
        assert granted(preflight(app, "/own", method, origin=OTHER))["Max-Age"] == "5"
        assert preflight(app, "/own", method, origin=GOOD).status_code == 403
    assert granted(ask(app, "/others", origin=OTHER)) == {}
    assert granted(ask(app, "/others"))["Allow-Origin"] == GOOD
    assert preflight(app, "/others", "GET").status_code == 204


def test_one_method_of_a_class() -> None:
    """A method of a class has its own rules, and the others those of the class."""

    class View(MethodView):
        decorators = [cross_origin(max_age=9)]  # noqa: RUF012

        @own
        def get(self) -> str:
            return ""

        def put(self) -> str:
            return ""

    app = app_with(lambda app: app.add_url_rule("/own", view_func=View.as_view("view")))
    assert granted(preflight(app, "/own", "PUT"))["Max-Age"] == "9"
    assert granted(preflight(app, "/own", "GET", origin=OTHER))["Max-Age"] == "9"
    assert preflight(app, "/own", "PUT", origin=OTHER).status_code == 403


def test_what_is_nearer_wins() -> None:
    """A view's options come before its blueprint's, and these before those of the blueprint around."""
    outer = cross_origin(max_age=1, methods=["GET"], credentials=True)(Blueprint("outer", __name__))
    inner = cross_origin(max_age=2, methods=["PUT"])(Blueprint("inner", __name__))
    inner.add_url_rule("/own", "view", cross_origin(max_age=3)(lambda: ""), methods=["PUT"])
    outer.register_blueprint(inner)

    allowed = granted(preflight(app_with(lambda app: app.register_blueprint(outer)), "/own"))

    assert (allowed["Max-Age"], allowed["Allow-Methods"]) == ("3", "PUT")
    assert (allowed["Allow-Credentials"], allowed["Allow-Origin"]) == ("true", GOOD)


def test_outside_of_the_paths() -> None:
    """A view with rules of its own need not be below one of the paths, nor need there be other origins."""
    app = app_with(
        PLACES["function"],
        BASELINE_CORS_ORIGINS=None,
        BASELINE_CORS_ENABLED=True,
        BASELINE_CORS_PATHS=["/api"],
    )

    assert granted(ask(app, "/own", origin=OTHER))["Allow-Origin"] == OTHER
    assert granted(ask(app, "/others", origin=OTHER)) == {}


def test_arguments_and_redirects() -> None:
    """Preflights find the view behind arguments, and what the router sends elsewhere or refuses."""

    def views(app: Flask) -> None:
        app.add_url_rule("/orders/<int:number>/", "order", own(lambda number: ""), methods=["PUT"])

    app = app_with(views)
    assert granted(preflight(app, "/orders/7/", origin=OTHER))["Allow-Origin"] == OTHER
    for path, method in (
        ("/orders/7", "PUT"),
        ("/orders/7/", "PURGE"),
        ("/orders/x/", "PUT"),
        ("/none", "PUT"),
    ):
        assert preflight(app, path, method, origin=OTHER).status_code == 403


def test_hosts_of_an_app() -> None:
    """A view that has a host of its own is found by the preflight to that host alone."""
    app = Flask("shop", host_matching=True, static_host="static.test")
    app.config["BASELINE_CORS_ORIGINS"] = [GOOD]
    Baseline(app)
    app.add_url_rule("/own", "view", own(lambda: ""), host="api.test", methods=["PUT"])
    sent = {"HTTP_ORIGIN": OTHER, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT"}

    for host, status in (("api.test", 204), ("other.test", 403)):
        client = app.test_client()
        answer = client.options("/own", base_url=f"http://{host}", environ_overrides=sent)
        assert answer.status_code == status


def test_an_error_of_the_view_is_readable() -> None:
    """Whatever the view raises is answered by its rules."""
    app = app_with(lambda app: app.add_url_rule("/own", "view", own(lambda: 1 / 0)))
    answer = ask(app, "/own", origin=OTHER)
    assert (answer.status_code, granted(answer)["Allow-Origin"]) == (500, OTHER)


def test_with_a_body() -> None:
    """A view that takes a body by its hints is marked like any other."""

    def views(app: Flask) -> None:
        @app.post("/own")
        @own
        @endpoint
        def view(body: Body[dict[str, int]]) -> dict[str, int]:
            return body

    answer = ask(app_with(views), "/own", "POST", origin=OTHER)
    assert (answer.status_code, granted(answer)["Allow-Origin"]) == (415, OTHER)
