"""What is counted: views, blueprints, scopes, and what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Blueprint, Flask
from werkzeug.exceptions import TooManyRequests

from flask_baseline.ratelimit import no_rate_limit, rate_limit

from .conftest import make_app, statuses


def test_the_default(store: str) -> None:
    """Every view has the default limit, and counts for itself."""
    app = make_app(store=store, default="2/hour")

    assert statuses(app) == [200, 200, 429]
    assert statuses(app, "/other") == [200, 200, 429]


def test_a_view_of_its_own(store: str) -> None:
    """A view's own limit replaces the default."""
    app = make_app(store=store, default="1/hour")
    app.add_url_rule("/own", "own", rate_limit("2/hour")(lambda: "own"))

    assert statuses(app, "/own") == [200, 200, 429]
    assert statuses(app) == [200, 429, 429]


def test_nothing_without_a_limit() -> None:
    """Without a default, only what is marked has a limit."""
    app = make_app()

    assert statuses(app, count=50) == [200] * 50


def test_several_limits_hold(store: str) -> None:
    """Of several limits each holds, in whatever order they are written."""
    app = make_app(store=store)
    app.add_url_rule("/long", "long", rate_limit("3/hour", "2/day")(lambda: ""))
    app.add_url_rule("/short", "short", rate_limit("2/hour", "3/day")(lambda: ""))

    assert statuses(app, "/long") == [200, 200, 429]
    assert statuses(app, "/short") == [200, 200, 429]


def test_a_refused_request_uses_up_no_longer_limit(store: str) -> None:
    """A client that is refused by a short limit does not lose what a longer one leaves it."""
    app = make_app(store=store)
    app.add_url_rule("/both", "both", rate_limit("5/day", "1/hour", scope="shop")(lambda: ""))
    app.add_url_rule("/long", "long", rate_limit("5/day", scope="shop")(lambda: ""))

    assert statuses(app, "/both", count=10) == [200] + [429] * 9
    assert statuses(app, "/long", count=6) == [200] * 4 + [429] * 2


def test_the_same_limit_twice() -> None:
    """A limit that is written twice counts a request once."""
    app = make_app(default="2/hour, 2/hour")
    app.add_url_rule("/own", "own", rate_limit("2/hour", "2/hour")(lambda: ""))

    assert statuses(app) == [200, 200, 429]
    assert statuses(app, "/own") == [200, 200, 429]


@pytest.fixture
def nested() -> Flask:
    """Return an app with a blueprint of one limit inside a blueprint of another."""
    app = make_app(default="5/hour")
    outer, inner = Blueprint("outer", __name__), Blueprint("inner", __name__)
    rate_limit("2/hour")(outer)
    rate_limit("1/hour")(inner)
    outer.add_url_rule("/a", "a", lambda: "")
    outer.add_url_rule("/b", "b", lambda: "")
    outer.add_url_rule("/own", "own", rate_limit("3/hour")(lambda: ""))
    outer.add_url_rule("/free", "free", no_rate_limit(lambda: ""))
    inner.add_url_rule("/inner", "inner", lambda: "")
    plain = Blueprint("plain", __name__)
    plain.add_url_rule("/plain", "plain", lambda: "")
    outer.register_blueprint(inner)
    outer.register_blueprint(plain)
    app.register_blueprint(outer)
    return app


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/a", 2), ("/b", 2), ("/own", 3), ("/free", 6), ("/inner", 1), ("/plain", 2), ("/", 5)],
    ids=[
        "a view of it",
        "another for itself",
        "its own",
        "none",
        "the inner one",
        "one without",
        "outside of it",
    ],
)
def test_blueprints(nested: Flask, path: str, allowed: int) -> None:
    """The nearest limit holds: of the view, of the inner blueprint, of the outer one, of the app."""
    assert statuses(nested, path, count=6).count(200) == allowed


def test_a_blueprint_without() -> None:
    """The views of a blueprint can be without a limit."""
    app = make_app(default="1/hour")
    blueprint = no_rate_limit(Blueprint("free", __name__))
    blueprint.add_url_rule("/free", "free", lambda: "")
    app.register_blueprint(blueprint)

    assert statuses(app, "/free") == [200] * 3


def test_a_blueprint_that_is_marked_again() -> None:
    """A factory that marks a blueprint of its module for each app does not count requests twice."""
    blueprint = Blueprint("shop", __name__)
    blueprint.add_url_rule("/orders", "orders", lambda: "")
    for _ in range(3):
        app = make_app()
        rate_limit("2/hour", key=lambda: "somebody")(blueprint)
        app.register_blueprint(blueprint)

    assert statuses(app, "/orders") == [200, 200, 429]


def test_a_scope(store: str) -> None:
    """Views with one scope are counted together, and apart from a view that has its name."""
    app = make_app(store=store)
    for name in ("login", "reset"):
        app.add_url_rule(f"/{name}", name, rate_limit("2/hour", scope="index")(lambda: ""))
    app.view_functions["index"] = rate_limit("2/hour")(lambda: "")

    assert statuses(app, "/login", count=1) + statuses(app, "/reset") == [200, 200, 429, 429]
    assert statuses(app) == [200, 200, 429]


def test_a_blueprint_with_a_scope() -> None:
    """With a scope, the views of a blueprint are counted together."""
    app = make_app()
    blueprint = rate_limit("2/hour", scope="shop")(Blueprint("shop", __name__))
    blueprint.add_url_rule("/a", "a", lambda: "")
    blueprint.add_url_rule("/b", "b", lambda: "")
    app.register_blueprint(blueprint)

    assert statuses(app, "/a", count=1) + statuses(app, "/b") == [200, 200, 429, 429]


def test_methods_of_one_view_count_together() -> None:
    """A view counts all its methods together, HEAD too."""
    app = make_app(default="2/hour")

    assert statuses(app, count=1) + statuses(app, method="HEAD") == [200, 200, 429, 429]


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/", "OPTIONS", 200),
        ("/missing", "GET", 404),
        ("/", "DELETE", 405),
        ("/static/style.css", "GET", 200),
        ("/pages/static/style.css", "GET", 200),
        ("/livez", "GET", 200),
        ("/readyz", "GET", 200),
        ("/metrics", "GET", 200),
    ],
)
def test_what_is_not_counted(path: str, method: str, status: int, tmp_path: Path) -> None:
    """Preflights, what no view answers, static files, probes and the page of metrics have no limit."""
    app = make_app("health", "metrics", default="1/hour")
    app.static_folder = str(tmp_path)
    pages = Blueprint(
        "pages", __name__, static_folder=tmp_path, static_url_path="/static", url_prefix="/pages"
    )
    app.register_blueprint(rate_limit("1/hour")(pages))
    (tmp_path / "style.css").write_text("p {}")

    assert statuses(app, path, method=method) == [status] * 3


def test_a_view_called_static() -> None:
    """A view of the app that is called static has the limit that is on it."""
    app = make_app()
    blueprint = Blueprint("pages", __name__)
    blueprint.add_url_rule("/map", "static", rate_limit("1/hour")(lambda: ""))
    app.register_blueprint(blueprint)

    assert statuses(app, "/map") == [200, 429, 429]


def test_services_apart(valkey_url: str) -> None:
    """Services that share a Redis do not share counts; the processes and copies of one service do."""
    one, copy, other = (
        make_app(store=valkey_url, service=service, default="2/hour")
        for service in ("a" + valkey_url, "a" + valkey_url, "b" + valkey_url)
    )

    assert statuses(one, count=1) + statuses(copy) == [200, 200, 429, 429]
    assert statuses(other) == [200, 200, 429]


def test_a_request_without_a_server() -> None:
    """What a test or a shell sends through the hooks alone is counted too."""
    app = make_app(default="1/hour")

    with app.test_request_context("/"):
        assert app.preprocess_request() is None
        with pytest.raises(TooManyRequests):
            app.preprocess_request()
