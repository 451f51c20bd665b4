"""Where a guard may stand: among other decorators, on methods and async views, before validation."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView, View
from pydantic import BaseModel

from flask_baseline import Body, endpoint
from flask_baseline.auth import current_identity, require_auth, require_scopes

from .conftest import expect_denied, make_app
from .minting import Mint, bearer

mint = Mint()


class Order(BaseModel):
    """A body."""

    amount: int


def create(body: Body[Order]) -> dict[str, int]:
    """Return what was sent."""
    return {"amount": body.amount}


def hiding(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate, and do not say of what."""
    return lambda *args, **kwargs: view(*args, **kwargs)


def wrapping(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate as most decorators do."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return wrapper


ORDERS: list[tuple[str, Callable[[Any], Any]]] = [
    ("above endpoint", lambda view: require_auth(endpoint()(view))),
    ("below endpoint", lambda view: endpoint()(require_auth(view))),
    ("below a wrapper", lambda view: wrapping(endpoint()(require_auth(view)))),
    ("above a wrapper", lambda view: require_auth(wrapping(endpoint()(view)))),
    ("below what hides it", lambda view: hiding(require_auth(endpoint()(view)))),
]


@pytest.mark.parametrize("decorate", [row[1] for row in ORDERS], ids=[row[0] for row in ORDERS])
def test_before_the_body(decorate: Callable[[Any], Any]) -> None:
    """A stranger gets 401 before the body is looked at, in each order of decorators."""
    app = make_app()
    app.add_url_rule("/orders", "orders", decorate(create), methods=["POST"])
    client = app.test_client()
    known = bearer(mint.token())

    expect_denied(client.post("/orders", json={"amount": "many"}), "missing_credentials")
    assert client.post("/orders", json={"amount": "many"}, headers=known).status_code == 422
    assert client.post("/orders", json={"amount": 3}, headers=known).get_json() == {"amount": 3}


@pytest.mark.parametrize("decorate", [lambda view: endpoint()(require_auth(view)), require_auth])
def test_an_async_view(decorate: Callable[[Any], Any]) -> None:
    """An async view is guarded, and knows its caller."""
    app = make_app()

    async def view() -> str:
        return current_identity.subject

    app.add_url_rule("/view", "view", decorate(view))

    expect_denied(app.test_client().get("/view"), "missing_credentials")
    assert app.test_client().get("/view", headers=bearer(mint.token())).status_code == 200


class Orders(MethodView):
    """Two methods with guards, and one without."""

    @require_auth
    def get(self) -> str:
        return "orders"

    @require_scopes("write")
    def post(self) -> str:
        return "made"

    def delete(self) -> str:
        return "gone"


@pytest.mark.parametrize(
    ("method", "stranger", "reader", "writer"),
    [
        ("GET", 401, 200, 200),
        ("HEAD", 401, 200, 200),
        ("POST", 401, 403, 200),
        ("DELETE", 200, 200, 200),
        ("OPTIONS", 200, 200, 200),
    ],
)
def test_the_methods_of_a_class(method: str, stranger: int, reader: int, writer: int) -> None:
    """Each method of a class has its own guard; a preflight has none."""
    app = make_app()
    app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
    client = app.test_client()

    answers = [
        client.open("/orders", method=method, headers=headers).status_code
        for headers in ({}, bearer(mint.token()), bearer(mint.token(scope="write")))
    ]

    assert answers == [stranger, reader, writer]


@pytest.mark.parametrize("base", [View, MethodView])
def test_a_whole_class(base: type[View]) -> None:
    """The list of decorators of a class guards all of it."""

    class Guarded(base):  # type: ignore[misc, valid-type]
        decorators = [require_auth, wrapping]  # noqa: RUF012

        def get(self) -> str:
            return "found"

        dispatch_request = get if base is View else base.dispatch_request

    app = make_app()
    app.add_url_rule("/view", view_func=Guarded.as_view("view"))

    expect_denied(app.test_client().get("/view"), "missing_credentials")
    assert app.test_client().get("/view", headers=bearer(mint.token())).text == "found"


def test_a_whole_blueprint() -> None:
    """A hook of a blueprint guards all of it."""
    app = make_app()
    blueprint = Blueprint("admin", __name__, url_prefix="/admin")
    blueprint.before_request(require_scopes("admin")(lambda: None))
    blueprint.add_url_rule("/users", "users", lambda: "users")
    app.register_blueprint(blueprint)
    client = app.test_client()

    expect_denied(client.get("/admin/users"), "missing_credentials")
    assert client.get("/admin/users", headers=bearer(mint.token())).status_code == 403
    assert client.get("/admin/users", headers=bearer(mint.token(scope="admin"))).text == "users"


def test_options_that_a_view_answers() -> None:
    """OPTIONS is guarded where the view answers it, and not Flask."""
    app = make_app()
    app.add_url_rule("/view", "view", require_auth(lambda: "mine"), methods=["OPTIONS"])

    expect_denied(app.test_client().options("/view"), "missing_credentials")


@pytest.mark.parametrize(("path", "status"), [("/missing", 404), ("/folder", 308)])
def test_what_has_no_view(path: str, status: int) -> None:
    """What no view answers is not guarded."""
    app = make_app()
    app.add_url_rule("/folder/", "folder", require_auth(lambda: "in it"))

    assert app.test_client().get(path).status_code == status


def test_two_apps() -> None:
    """A view that two apps share is guarded in each by its own verifiers, also one inside of the other."""
    apps: list[Flask] = [make_app(), make_app(verifiers=[])]
    outer, inner = apps
    inner.testing = True
    view = require_auth(lambda: "served")
    for app in apps:
        app.add_url_rule("/view", "view", view)

    @outer.get("/outer")
    @require_auth
    def call_inner() -> str:
        with pytest.raises(ValueError, match="is not set, and a view is guarded"):
            inner.test_client().get("/view", headers=bearer(mint.token()))
        return current_identity.subject

    assert outer.test_client().get("/outer", headers=bearer(mint.token())).text == "u1"
