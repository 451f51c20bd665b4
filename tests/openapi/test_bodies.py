"""The bodies of requests."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from flask_baseline import Body, File, Form, endpoint
from flask_baseline.validation.media import Accepts, FileLimits

from .conftest import MakeApp
from .reading import components, operation


class Item(BaseModel):
    sku: str
    qty: int = Field(default=1, alias="quantity")


ITEM = {"$ref": "#/components/schemas/Item"}
BINARY = {"type": "string", "format": "binary"}


def of(hint: Any, default: Any = ...) -> Any:
    """Return an endpoint with one argument."""

    def required(given: Any) -> None: ...

    def optional(given: Any = default) -> None: ...

    view = required if default is ... else optional
    view.__annotations__["given"] = hint
    return endpoint(view)


@endpoint
def of_form_fields(name: Form[str], tags: Form[list[str]]) -> None: ...


@endpoint
def of_form_and_files(
    item: Form[Item],
    note: Form[str],
    photos: Annotated[list[File], FileLimits(max_size=9, max_count=2, types=["image/*", "text/csv"])],
    scan: Annotated[File, FileLimits(types=["application/pdf"])],
    more: list[File] | None = None,
) -> None: ...


@pytest.mark.parametrize(
    ("view", "body"),
    [
        pytest.param(
            of(Body[Item]), {"required": True, "content": {"application/json": {"schema": ITEM}}}, id="JSON"
        ),
        pytest.param(
            of(Body[Item | None], None),
            {
                "required": False,
                "content": {"application/json": {"schema": {"anyOf": [ITEM, {"type": "null"}]}}},
            },
            id="optional",
        ),
        pytest.param(
            of(Body[Annotated[bytes, Accepts("text/csv", "image/png")]]),
            {"required": True, "content": {"text/csv": {"schema": BINARY}, "image/png": {"schema": BINARY}}},
            id="other media types",
        ),
        pytest.param(
            of(Form[Item]),
            {
                "required": True,
                "content": {
                    "application/x-www-form-urlencoded": {"schema": ITEM},
                    "multipart/form-data": {"schema": ITEM},
                },
            },
            id="form of a model",
        ),
        pytest.param(
            of(File),
            {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": {"type": "object", "properties": {"given": BINARY}, "required": ["given"]}
                    }
                },
            },
            id="file",
        ),
    ],
)
def test_bodies(make: MakeApp, view: Any, body: dict[str, Any]) -> None:
    """A body has its schema in each media type that is taken."""
    assert operation(make(), view, method="POST")["requestBody"] == body


def test_single_fields_have_no_name(make: MakeApp) -> None:
    """Fields that no class declares are in the operation, and not among the schemas."""
    app = make()
    content = operation(app, of_form_fields, method="POST")["requestBody"]["content"]

    assert content["application/x-www-form-urlencoded"]["schema"] == {
        "type": "object",
        "properties": {"name": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}},
        "required": ["name", "tags"],
    }
    assert components(app) == {}


def test_a_form_with_files(make: MakeApp) -> None:
    """A form has the fields of all its arguments, and its files with their limits."""
    content = operation(make(), of_form_and_files, method="POST")["requestBody"]["content"]

    assert content == {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {
                    "sku": {"type": "string"},
                    "quantity": {"type": "integer", "default": 1},
                    "note": {"type": "string"},
                    "photos": {
                        "type": "array",
                        "items": {**BINARY, "maxLength": 9},
                        "minItems": 1,
                        "maxItems": 2,
                    },
                    "scan": {**BINARY, "contentMediaType": "application/pdf"},
                    "more": {"type": "array", "items": BINARY},
                },
                "required": ["sku", "note", "photos", "scan"],
            },
            "encoding": {
                "photos": {"contentType": "image/*, text/csv"},
                "scan": {"contentType": "application/pdf"},
            },
        }
    }
