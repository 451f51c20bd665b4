"""The parameters of an operation, from each place of a request."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import pytest
from flask import Flask
from pydantic import BaseModel, Field
from werkzeug.routing import BaseConverter, Map

from flask_baseline import Cookie, Header, Query, endpoint

from .conftest import MakeApp
from .reading import components, document, operation


class Colour(Enum):
    RED = "red"


class Search(BaseModel):
    text: str = Field(alias="q", description="What to look for.", examples=["mug"])
    colours: list[Colour] | None = None
    limit: int = Field(default=10, le=100, deprecated=True)


class Tracing(BaseModel):
    trace_id: str | None = None
    accept: str = "*/*"


@endpoint
def of_a_model(search: Query[Search]) -> None: ...


@endpoint
def of_single_ones(
    page: Query[int],
    tags: Query[list[str]] = [],  # noqa: B006
    after: Query[str | None] = None,
) -> None: ...


@endpoint
def of_headers(x_ids: Header[list[int]], tracing: Header[Tracing]) -> None: ...


@endpoint
def of_cookies(session: Cookie[str], theme: Cookie[str] = "dark") -> None: ...


@endpoint
def of_both(search: Query[Search], limit: Query[int] = 3) -> None: ...


def repeated(schema: dict[str, Any]) -> dict[str, Any]:
    return {"style": "form", "explode": True, "schema": schema}


@pytest.mark.parametrize(
    ("view", "parameters"),
    [
        pytest.param(
            of_a_model,
            {
                ("query", "q", True): {
                    "description": "What to look for.",
                    "schema": {"type": "string", "examples": ["mug"]},
                },
                ("query", "colours", False): repeated(
                    {"type": "array", "items": {"$ref": "#/components/schemas/Colour"}}
                ),
                ("query", "limit", False): {
                    "deprecated": True,
                    "schema": {"type": "integer", "default": 10, "maximum": 100},
                },
            },
            id="model",
        ),
        pytest.param(
            of_single_ones,
            {
                ("query", "page", True): {"schema": {"type": "integer"}},
                ("query", "tags", False): repeated(
                    {"type": "array", "items": {"type": "string"}, "default": []}
                ),
                ("query", "after", False): {"schema": {"type": "string"}},
            },
            id="single",
        ),
        pytest.param(
            of_headers,
            {
                ("header", "x-ids", True): {
                    "style": "simple",
                    "explode": False,
                    "schema": {"type": "array", "items": {"type": "integer"}},
                },
                ("header", "trace-id", False): {"schema": {"type": "string"}},
            },
            id="headers",
        ),
        pytest.param(
            of_cookies,
            {
                ("cookie", "session", True): {"schema": {"type": "string"}},
                ("cookie", "theme", False): {"schema": {"type": "string", "default": "dark"}},
            },
            id="cookies",
        ),
    ],
)
def test_parameters(
    make: MakeApp, view: Any, parameters: dict[tuple[str, str, bool], dict[str, Any]]
) -> None:
    """Each field is a parameter with its name on the wire, how it is written, and its schema."""
    found = operation(make(), view)["parameters"]

    assert {
        (parameter.pop("in"), parameter.pop("name"), parameter.pop("required")): parameter
        for parameter in found
    } == parameters


def test_a_name_is_there_once(make: MakeApp) -> None:
    """A parameter that a view reads twice is one parameter of the document."""
    found = operation(make(), of_both)["parameters"]

    assert [parameter["name"] for parameter in found] == ["q", "colours", "limit"]


def test_only_what_is_needed_is_kept(make: MakeApp) -> None:
    """The schema of a model of parameters is in the document as its parameters alone."""
    app = make()
    operation(app, of_a_model)

    assert components(app).keys() == {"Colour"}


class OwnConverter(BaseConverter):
    """What an app may add."""

    def __init__(self, map: Map, pattern: str = "[a-z]+") -> None:
        super().__init__(map)
        self.regex = pattern


@pytest.mark.parametrize(
    ("variable", "schema"),
    [
        pytest.param("<name>", {"type": "string"}, id="text"),
        pytest.param("<string(length=2):name>", {"type": "string"}, id="text of a length"),
        pytest.param("<path:name>", {"type": "string"}, id="path"),
        pytest.param("<int:name>", {"type": "integer", "minimum": 0}, id="int"),
        pytest.param("<int(signed=True):name>", {"type": "integer"}, id="signed int"),
        pytest.param(
            "<int(min=1, max=9):name>", {"type": "integer", "minimum": 1, "maximum": 9}, id="limited int"
        ),
        pytest.param("<float:name>", {"type": "number", "minimum": 0}, id="float"),
        pytest.param("<uuid:name>", {"type": "string", "format": "uuid"}, id="uuid"),
        pytest.param("<any(b, a):name>", {"type": "string", "enum": ["a", "b"]}, id="any"),
        pytest.param("<own:name>", {"type": "string"}, id="the app's own"),
        pytest.param("<own('a:<b>'):name>", {"type": "string"}, id="with a pattern"),
    ],
)
def test_path_variables(make: MakeApp, variable: str, schema: dict[str, Any]) -> None:
    """A variable without a hint has the schema of its converter."""

    @endpoint
    def view(**variables: object) -> None: ...

    app = make()
    app.url_map.converters["own"] = OwnConverter
    app.add_url_rule(f"/{variable}/x", "view", view)

    found = document(app)["paths"]["/{name}/x"]["get"]["parameters"]

    assert found == [{"name": "name", "in": "path", "required": True, "schema": schema}]


@pytest.mark.parametrize(
    ("rule", "hint", "schema"),
    [
        pytest.param("/<int(min=5):key>", int, {"type": "integer", "minimum": 5}, id="same type"),
        pytest.param("/<key>", int, {"type": "integer"}, id="another type"),
        pytest.param("/<key>", UUID, {"type": "string", "format": "uuid"}, id="format"),
        pytest.param(
            "/<key>",
            Annotated[str, Field(max_length=3, description="A code.")],
            {"type": "string", "maxLength": 3},
            id="limits",
        ),
        pytest.param("/<key>", Colour, {"$ref": "#/components/schemas/Colour"}, id="class"),
    ],
)
def test_hinted_path_variables(make: MakeApp, rule: str, hint: Any, schema: dict[str, Any]) -> None:
    """A variable with a hint has the schema of the hint, with the limits of its converter."""

    def view(key: Any) -> None: ...

    view.__annotations__["key"] = hint
    (found,) = operation(make(), endpoint(view), rule)["parameters"]

    assert found["schema"] == schema
    assert found.get("description") == ("A code." if "maxLength" in schema else None)


def test_one_path_under_several_names(make: MakeApp) -> None:
    """Rules that differ in the names of their variables alone are one path, with the names of the first."""

    @endpoint
    def show(order_id: int) -> None: ...

    @endpoint
    def drop(number: int) -> None: ...

    app: Flask = make()
    app.get("/orders/<int:order_id>")(show)
    app.delete("/orders/<int:number>")(drop)

    ((path, operations),) = document(app)["paths"].items()

    assert path == "/orders/{order_id}"
    assert {method: found["parameters"][0]["name"] for method, found in operations.items()} == {
        "get": "order_id",
        "delete": "order_id",
    }
