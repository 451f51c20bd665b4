"""The responses of an operation: what the view declares, and what follows from what it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, Field

from flask_baseline import Body, endpoint
from flask_baseline._operation import ATTRIBUTE, Answer, HeaderNote
from flask_baseline.problem_types import ProblemType

from .conftest import MakeApp
from .reading import components, operation


class Item(BaseModel):
    sku: str
    qty: int = Field(default=1, alias="quantity")


class OutOfStock(ProblemType, status=409, title="Out of stock"):
    """The stock does not suffice."""

    sku: str


class NotValid(ProblemType, status=422, type="/problems/not-valid"):
    """It makes no sense."""


ITEM = {"$ref": "#/components/schemas/Item"}
PROBLEM = {"$ref": "#/components/schemas/Problem"}
BINARY = {"type": "string", "format": "binary"}


@endpoint(
    request_examples={"one": Item(sku="A1", quantity=2), "two": {"sku": "B2"}},
    response_examples={200: {"one": Item(sku="A1", quantity=2)}},
)
def with_examples(body: Body[Item]) -> Item: ...


def test_examples(make: MakeApp) -> None:
    """Examples are by name in the document, in the form in which they are sent."""
    found = operation(make(), with_examples, method="POST")

    one = {"value": {"sku": "A1", "quantity": 2}}
    assert found["requestBody"]["content"]["application/json"]["examples"] == {
        "one": one,
        "two": {"value": {"sku": "B2"}},
    }
    assert found["responses"]["200"]["content"]["application/json"]["examples"] == {"one": one}


@endpoint
def nothing() -> None: ...


@endpoint(responses={404: "There is none.", 202: None})
def described() -> list[Item]: ...


@endpoint
def stream() -> Iterator[Item]: ...


@endpoint
def text_stream() -> Iterator[str]: ...


@endpoint(media_type="image/png")
def picture() -> bytes: ...


@endpoint(media_type="application/json")
def ready_made():  # type: ignore[no-untyped-def]
    ...


@endpoint(status=299)
def unusual() -> Item: ...


@endpoint
def untyped():  # type: ignore[no-untyped-def]
    ...


@pytest.mark.parametrize(
    ("view", "responses"),
    [
        pytest.param(nothing, {"204": {"description": "No Content"}}, id="nothing"),
        pytest.param(
            described,
            {
                "200": {
                    "description": "OK",
                    "content": {"application/json": {"schema": {"type": "array", "items": ITEM}}},
                },
                "202": {"description": "Accepted"},
                "404": {
                    "description": "There is none.",
                    "content": {"application/problem+json": {"schema": PROBLEM}},
                },
            },
            id="several",
        ),
        pytest.param(
            stream,
            {"200": {"description": "OK", "content": {"application/jsonl": {"schema": ITEM}}}},
            id="JSON Lines",
        ),
        pytest.param(
            text_stream,
            {"200": {"description": "OK", "content": {"text/plain": {"schema": {"type": "string"}}}}},
            id="text",
        ),
        pytest.param(
            picture, {"200": {"description": "OK", "content": {"image/png": {"schema": BINARY}}}}, id="bytes"
        ),
        pytest.param(
            ready_made, {"200": {"description": "OK", "content": {"application/json": {}}}}, id="any JSON"
        ),
        pytest.param(
            unusual,
            {"299": {"description": "Status 299", "content": {"application/json": {"schema": ITEM}}}},
            id="unusual status",
        ),
        pytest.param(untyped, {"200": {"description": "OK"}}, id="whatever"),
    ],
)
def test_responses(make: MakeApp, view: Any, responses: dict[str, Any]) -> None:
    """Each status that a view declares has its description, its media type and its schema."""
    found = operation(make(), view)["responses"]

    assert found.pop("default")["content"] == {"application/problem+json": {"schema": PROBLEM}}
    assert found == responses


@endpoint(responses={409: OutOfStock, 422: NotValid})
def refusing(item_id: int, body: Body[Item]) -> None: ...


def test_problems(make: MakeApp) -> None:
    """The problems of the app and those that follow from what a view takes are declared together."""
    app = make()
    found = operation(app, refusing, "/<int:item_id>", "POST")["responses"]

    assert [*found] == ["204", "400", "404", "409", "413", "415", "422", "default"]
    content = {
        status: found[status]["content"]["application/problem+json"]["schema"]
        for status in found
        if status != "204"
    }
    assert content.pop("409") == {"$ref": "#/components/schemas/OutOfStock"}
    assert content.pop("422") == {
        "anyOf": [
            {"$ref": "#/components/schemas/NotValid"},
            {"$ref": "#/components/schemas/ValidationProblem"},
        ]
    }
    assert {status: schema for status, schema in content.items() if schema != PROBLEM} == {}
    assert found["409"]["description"] == "The stock does not suffice."
    assert components(app)["OutOfStock"]["properties"]["status"]["const"] == 409


def test_only_problems_that_can_be(make: MakeApp) -> None:
    """A view that takes nothing declares none of the problems of requests."""
    assert [*operation(make(), described)["responses"]] == ["200", "202", "404", "default"]


def test_what_another_decorator_passes_is_no_input(make: MakeApp) -> None:
    """An argument that is neither marked nor in the path is not of the document."""

    @endpoint
    def view(item: Item) -> None: ...

    app = make()
    found = operation(app, view)

    assert [*found["responses"]] == ["204", "default"]
    assert "parameters" not in found
    assert components(app) == {}


def test_headers(make: MakeApp) -> None:
    """Headers that something around the view reads and sends are declared."""

    @endpoint
    def view() -> Item: ...

    known = getattr(view, ATTRIBUTE)
    answer: Answer = known.answers[200]
    noted = {
        "request_headers": {"If-Match": HeaderNote("The version that is known.")},
        "answers": {200: answer._replace(headers={"ETag": HeaderNote("The version.", is_required=True)})},
    }
    setattr(view, ATTRIBUTE, known._replace(**noted))

    found = operation(make(), view)

    assert found["parameters"] == [
        {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "The version that is known.",
            "schema": {"type": "string"},
        }
    ]
    assert found["responses"]["200"]["headers"] == {
        "ETag": {"description": "The version.", "schema": {"type": "string"}, "required": True}
    }
