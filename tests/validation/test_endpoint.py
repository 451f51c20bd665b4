"""Where `endpoint` may stand, and what it refuses when a module is imported."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView
from pydantic import BaseModel

from flask_baseline import Body, File, Form, Header, Query, endpoint
from flask_baseline._operation import operation_of
from flask_baseline.validation.media import Accepts

from .serving import refusal, serve

if TYPE_CHECKING:
    from decimal import Decimal


class Item(BaseModel):
    id: int


def loud(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate as most do."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        response = view(*args, **kwargs)
        if hasattr(response, "headers"):
            response.headers["X-Loud"] = "yes"
        return response

    return wrapper


def plain(q: Query[int]) -> Item:
    return Item(id=q)


async def asynchronous(q: Query[int]) -> Item:
    return Item(id=q)


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(endpoint(plain), id="without parentheses"),
        pytest.param(endpoint()(plain), id="with parentheses"),
        pytest.param(endpoint(asynchronous), id="asynchronous"),
        pytest.param(loud(endpoint(plain)), id="below another decorator"),
        pytest.param(endpoint(loud(plain)), id="above another decorator"),
    ],
)
def test_a_view(view: Callable[..., Any]) -> None:
    """A view works with or without parentheses, as a coroutine, and among other decorators."""
    client = serve(view)
    assert client.get("/?q=7").json == {"id": 7}
    assert refusal(client.get("/?q=x")) == (422, [("query", "/q", "int_parsing")])


def test_blueprints_and_classes() -> None:
    """A method of a class on a nested blueprint works like any view."""

    class Items(MethodView):
        @endpoint
        def get(self, number: int) -> Item:
            return Item(id=number)

        @endpoint
        async def put(self, number: int, body: Body[Item]) -> Item:
            return body

    outer = Blueprint("outer", __name__, url_prefix="/v1")
    inner = Blueprint("inner", __name__, url_prefix="/items")
    inner.add_url_rule("/<number>", view_func=Items.as_view("item"))
    outer.register_blueprint(inner)
    app = Flask("shop")
    app.register_blueprint(outer)
    client = app.test_client()

    assert client.get("/v1/items/3").json == {"id": 3}
    assert client.put("/v1/items/3", json={"id": 4}).json == {"id": 4}
    assert refusal(client.get("/v1/items/x")) == (422, [("path", "/number", "int_parsing")])


def test_names_of_a_factory() -> None:
    """Models and types may be defined in the function that makes the app."""

    class Local(BaseModel):
        id: int

    @endpoint
    def view(body: Body[Local]) -> Local:
        return body

    assert serve(view, method="POST").post("/", json={"id": 1}).json == {"id": 1}


def test_a_view_can_be_called() -> None:
    """Outside of a request the decorated function still is the function, by its name and its docstring."""
    view = endpoint(plain)
    assert view.__name__ == "plain"
    assert inspect.signature(view) == inspect.signature(plain)
    found = operation_of(view, "GET")
    assert found is not None
    assert found.view is plain


def test_the_documentation() -> None:
    """The first line of the docstring is the summary, the rest the description; options come first."""

    def view() -> None:
        """Do it.

        With *care*.
        """

    read = operation_of(endpoint(view), "GET")
    assert read is not None
    assert (read.summary, read.description) == ("Do it", "With *care*.")
    told = operation_of(endpoint(summary="S", description="D", tags=["t"], operation_id="o")(view), "GET")
    assert told is not None
    assert (told.summary, told.description, told.tags, told.operation_id) == ("S", "D", ["t"], "o")


def two_bodies(a: Body[Item], b: Body[Item]) -> None: ...
def body_and_form(a: Body[Item], b: Form[str]) -> None: ...
def two_places(a: Annotated[Query[int], Header[int].__metadata__[0]]) -> None: ...
def positional(a: Query[int], /) -> None: ...
def unresolved(a: Query[Decimal]) -> None: ...
def no_input(a: Body[Opaque]) -> None: ...
def no_parser(a: Body[Annotated[Item, Accepts("text/csv")]]) -> None: ...
def no_schema() -> Opaque: ...
def iterates() -> AsyncIterator[int]: ...  # type: ignore[empty-body]
async def generates() -> AsyncIterator[int]:
    yield 1


class Opaque:
    pass


class Views(MethodView):
    pass


@pytest.mark.parametrize(
    ("view", "message"),
    [
        (two_bodies, "a request has one body, and a, b want it"),
        (body_and_form, "a request has one body, and a, b want it"),
        (two_places, "the argument 'a' has more than one place: header, query"),
        (positional, "the argument 'a' is read from the request and passed by name"),
        (unresolved, "a type hint cannot be resolved: name 'Decimal' is not defined"),
        (no_input, "pydantic cannot read an argument's type: .*Opaque"),
        (no_parser, "the body 'a' accepts text/csv, which is not JSON. Give Accepts a function `parse`"),
        (no_schema, "Opaque'> cannot be sent as JSON"),
        (iterates, "an asynchronous iterator cannot be sent"),
        (generates, "cannot send an asynchronous generator"),
        (Views, "is a class. Put @endpoint on its methods"),
        (endpoint(plain), "has @endpoint twice"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_cannot_work(view: Callable[..., Any], message: str) -> None:
    """What cannot work is refused when the module is imported; the message names the fix."""
    with pytest.raises(TypeError, match=message):
        endpoint(view)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"statsu": 201}, TypeError, r"no option statsu\. It has deprecated"),
        ({"status": 99}, ValueError, "99 is not a status of a response"),
        ({"responses": {700: None}}, ValueError, "700 is not a status of a response"),
    ],
    ids=["unknown", "status", "responses"],
)
def test_wrong_options(options: dict[str, Any], error: type[Exception], message: str) -> None:
    """An option that cannot be is refused where it is written."""
    with pytest.raises(error, match=message):
        endpoint(**options)(plain)


def test_a_file_is_a_place() -> None:
    """A file within a union or a list is found, and needs no other marker."""

    @endpoint
    def view(one: File | None = None, many: list[File] | None = None) -> bool:
        return one is None and many is None

    found = operation_of(view, "POST")
    assert found is not None
    assert found.body is not None
    assert [part.name for part in found.body.files] == ["one", "many"]
