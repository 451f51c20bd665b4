"""Where a limit may be written: among other decorators, on classes, on async views."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView, View

from flask_baseline import endpoint
from flask_baseline.ratelimit import no_rate_limit, rate_limit

from .conftest import make_app, statuses


def wrapping(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate as most decorators do."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return wrapper


def pointing(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate, and say of what alone."""

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    wrapper.__wrapped__ = view  # type: ignore[attr-defined]
    return wrapper


once = rate_limit("1/hour")


def _view() -> str:
    return "found"


@pytest.mark.parametrize(
    "decorate",
    [
        lambda view: once(endpoint()(view)),
        lambda view: endpoint()(once(view)),
        lambda view: wrapping(once(view)),
        lambda view: once(wrapping(view)),
        lambda view: pointing(pointing(once(view))),
    ],
    ids=["above endpoint", "below endpoint", "below a wrapper", "above a wrapper", "below __wrapped__"],
)
def test_the_order_of_decorators(decorate: Callable[[Any], Any]) -> None:
    """A limit holds above and below other decorators."""
    app = make_app("validation")

    def view() -> str:
        return "found"

    app.add_url_rule("/view", "view", decorate(view))

    assert statuses(app, "/view") == [200, 429, 429]


def test_above_the_route() -> None:
    """A limit holds above the decorator that makes the route, too."""
    app = make_app()

    @once
    @app.get("/view")
    def view() -> str:
        return "found"

    assert statuses(app, "/view") == [200, 429, 429]


def test_an_async_view() -> None:
    """An async view has its limit."""
    app = make_app()

    @app.get("/view")
    @once
    async def view() -> str:
        return "found"

    assert statuses(app, "/view") == [200, 429, 429]


class Orders(MethodView):
    """Two methods with limits of their own, and one without."""

    init_every_request = False

    @rate_limit("2/hour")
    def get(self) -> str:
        return "orders"

    @once
    def post(self) -> str:
        return "made"

    def delete(self) -> str:
        return "gone"


@pytest.mark.parametrize(
    ("method", "allowed"), [("GET", 2), ("HEAD", 2), ("POST", 1), ("DELETE", 3), ("OPTIONS", 4)]
)
def test_the_methods_of_a_class(method: str, allowed: int) -> None:
    """Each method of a class has its own limit, and one without that of the class or the app."""
    app = make_app(default="3/hour")
    app.add_url_rule("/orders", view_func=Orders.as_view("orders"))

    assert statuses(app, "/orders", count=4, method=method).count(200) == allowed


def test_head_counts_as_get() -> None:
    """HEAD of a class without a method for it is counted with GET."""
    app = make_app()
    app.add_url_rule("/orders", view_func=Orders.as_view("orders"))

    assert statuses(app, "/orders", count=1) + statuses(app, "/orders", method="HEAD") == [200, 200, 429, 429]


def _as_class() -> Callable[..., Any]:
    @once
    class Marked(MethodView):
        def get(self) -> str:
            return "found"

    return Marked.as_view("view")


def _as_decorators() -> Callable[..., Any]:
    class Marked(View):
        decorators = (once, wrapping)

        def dispatch_request(self) -> str:
            return "found"

    return Marked.as_view("view")


@pytest.mark.parametrize("make_view", [_as_class, _as_decorators], ids=["on the class", "in decorators"])
def test_a_whole_class(make_view: Callable[[], Callable[..., Any]]) -> None:
    """A class as a whole can have a limit, in both ways in which classes are decorated."""
    app = make_app(default="2/hour")
    app.add_url_rule("/view", view_func=make_view())

    assert statuses(app, "/view") == [200, 429, 429]


def test_a_method_that_nobody_listed() -> None:
    """A route that takes any method counts them all together, and keeps nothing for each of them."""
    app = make_app(default="2/hour")
    app.url_map.add(app.url_rule_class("/any", endpoint="any"))
    app.view_functions["any"] = lambda: "any"
    client = app.test_client()

    answers = [client.open("/any", method=f"M{number}").status_code for number in range(3)]

    assert answers == [200, 200, 429]


def test_two_limits_on_a_view() -> None:
    """A view may have several limits with different keys, of which each holds."""
    app = make_app()
    user = "one"
    app.add_url_rule(
        "/login", "login", rate_limit("3/hour")(rate_limit("2/hour", key=lambda: user)(_named("login")))
    )

    assert statuses(app, "/login", count=3) == [200, 200, 429]
    user = "two"
    assert statuses(app, "/login", count=1) == [429]
    assert statuses(app, "/login", count=1, environ_base={"REMOTE_ADDR": "192.0.2.9"}) == [200]


def _named(name: str) -> Callable[[], str]:
    return lambda: name


def test_a_view_of_two_apps() -> None:
    """Two apps that mark and serve one view count apart, and each request once."""
    view = _named("shared")
    apps = [make_app(), make_app()]
    for app in apps:
        app.add_url_rule("/view", "view", rate_limit("2/hour")(view))

    assert [statuses(app, "/view") for app in apps] == [[200, 200, 429]] * 2


def test_without_the_feature() -> None:
    """Marks do nothing where the feature is off."""
    app = Flask("shop")
    app.add_url_rule("/view", "view", once(_named("view")))

    assert statuses(app, "/view") == [200] * 3


@pytest.mark.parametrize(
    ("mark", "error", "text"),
    [
        (lambda: rate_limit(), ValueError, "needs a limit"),
        (lambda: rate_limit("often"), ValueError, "'often' is no limit. Write it as 5/second"),
        (lambda: rate_limit("5/second\n"), ValueError, "is no limit"),
        (lambda: rate_limit("0/second"), ValueError, "is no limit"),
        (lambda: rate_limit("\u0665/second"), ValueError, "is no limit"),
        (lambda: rate_limit(_view), TypeError, "needs limits as text"),
        (lambda: rate_limit("5/second", key="user"), TypeError, "needs to be a plain function"),
        (lambda: rate_limit("5/second", scope=""), TypeError, "scope of rate_limit needs to be text"),
        (lambda: once(Flask("shop")), TypeError, "BASELINE_RATELIMIT_DEFAULT"),
        (lambda: no_rate_limit(Flask("shop")), TypeError, "BASELINE_RATELIMIT_DEFAULT"),
        (lambda: once("view"), TypeError, "for views and blueprints"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_mistakes(mark: Callable[[], Any], error: type[Exception], text: str) -> None:
    """What cannot be a limit is an error where it is written."""
    with pytest.raises(error, match=text):
        mark()


def test_an_async_key() -> None:
    """A key that is async would be another one for each request, and is an error."""

    async def key() -> str:
        return "user"

    with pytest.raises(TypeError, match="needs to be a plain function"):
        rate_limit("5/second", key=key)  # type: ignore[arg-type]


def test_it_returns_what_it_marks() -> None:
    """A mark returns the view or blueprint itself."""
    blueprint = Blueprint("shop", __name__)

    assert once(blueprint) is blueprint
    assert no_rate_limit(_view) is _view
