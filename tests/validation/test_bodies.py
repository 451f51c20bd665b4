"""Bodies that are no forms, and the status that each wrong one is refused with."""

from __future__ import annotations

import json
from typing import Annotated, Any

import pytest
from flask import request
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from flask_baseline import Body, endpoint
from flask_baseline.validation.media import Accepts

from .serving import PROBLEM, refusal, serve


class Item(BaseModel):
    sku: str
    quantity: int = Field(gt=0)


class Order(BaseModel):
    customer: str = Field(max_length=8)
    items: list[Item] = Field(min_length=1)
    weight: float | None = None


GOOD = {"customer": "Ada", "items": [{"sku": "A1", "quantity": 2}]}


@endpoint
def take(body: Body[Order]) -> int:
    return body.items[0].quantity


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json; charset=us-ascii",
        "application/json; profile=x",
    ],
)
def test_json(content_type: str) -> None:
    """A JSON body in UTF-8 is read into its model, however its content type is written."""
    client = serve(take, method="POST")
    assert client.post("/", data=json.dumps(GOOD), content_type=content_type).json == 2


DEEP = 10_000

NOT_UTF_8 = json.dumps(GOOD).replace("Ada", "\xe4").encode("latin-1")

WRONG = [
    ("malformed", b'{"customer": ', "application/json", 400),
    ("empty", b"", "application/json", 400),
    ("white space", b"  \n", "application/json", 400),
    ("trailing text", json.dumps(GOOD).encode() + b" x", "application/json", 400),
    ("single quotes", b"{'customer': 'Ada'}", "application/json", 400),
    ("not UTF-8", NOT_UTF_8, "application/json", 400),
    ("overlong UTF-8", b'{"customer": "\xc0\xaf"}', "application/json", 400),
    ("UTF-16", json.dumps(GOOD).encode("utf-16"), "application/json", 400),
    ("byte order mark", b"\xef\xbb\xbf" + json.dumps(GOOD).encode(), "application/json", 400),
    ("lone surrogate", b'{"customer": "\\ud800"}', "application/json", 400),
    ("raw control character", b'{"customer": "a\x00b"}', "application/json", 400),
    ("deep array", b"[" * DEEP + b"]" * DEEP, "application/json", 400),
    ("deep object", b'{"a":' * DEEP + b"1" + b"}" * DEEP, "application/json", 400),
    ("huge integer", b'{"customer": ' + b"9" * 5000 + b"}", "application/json", 400),
    ("null", b"null", "application/json", 422),
    ("array", b"[1]", "application/json", 422),
    ("string of JSON", json.dumps(json.dumps(GOOD)).encode(), "application/json", 422),
    ("true", b"true", "application/json", 422),
    ("NaN", b'{"customer": "a", "items": [{"sku": "a", "quantity": NaN}]}', "application/json", 422),
    ("infinity", b'{"customer": "a", "items": [{"sku": "a", "quantity": 1e999}]}', "application/json", 422),
    ("integer of 400 digits", b'{"customer": ' + b"9" * 400 + b', "items": []}', "application/json", 422),
    ("no content type", json.dumps(GOOD).encode(), "", 415),
    ("text", json.dumps(GOOD).encode(), "text/plain", 415),
    ("form", b"customer=Ada", "application/x-www-form-urlencoded", 415),
    ("multipart", b"--b\r\n", "multipart/form-data; boundary=b", 415),
    ("broken content type", json.dumps(GOOD).encode(), "application", 415),
    ("two content types", json.dumps(GOOD).encode(), "application/json, text/plain", 415),
    ("other JSON", json.dumps(GOOD).encode(), "application/vnd.x+json", 415),
    ("latin-1", NOT_UTF_8, "application/json; charset=latin-1", 415),
    ("UTF-16 that says so", json.dumps(GOOD).encode("utf-16"), "application/json; charset=utf-16", 415),
    ("unknown charset", json.dumps(GOOD).encode(), "application/json; charset=klingon", 415),
    ("charset with a null", json.dumps(GOOD).encode(), "application/json; charset=a%00", 415),
    ("codec that is no charset", json.dumps(GOOD).encode(), "application/json; charset=zlib", 415),
]


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [row[1:] for row in WRONG],
    ids=[row[0] for row in WRONG],
)
def test_a_wrong_body(data: bytes, content_type: str, status: int) -> None:
    """A wrong body is a problem: 415 by its type, 400 where it cannot be read, 422 by its content."""
    response = serve(take, method="POST").post("/", data=data, content_type=content_type)
    assert refusal(response)[0] == status
    assert (response.headers.get("Accept") == "application/json") is (status == 415)


def test_a_key_that_comes_twice() -> None:
    """Of a member that comes twice the last one counts."""
    data = b'{"customer": "x", "customer": "Ada", "items": [{"sku": "a", "quantity": 5}]}'
    response = serve(take, method="POST").post("/", data=data, content_type="application/json")
    assert (response.status_code, response.json) == (200, 5)


def test_a_body_that_is_too_large() -> None:
    """A body above MAX_CONTENT_LENGTH is refused with 413, whether its length is declared or not."""
    client = serve(take, method="POST", MAX_CONTENT_LENGTH=100)
    large = json.dumps(GOOD | {"customer": "A" * 100})
    assert refusal(client.post("/", data=large, content_type="application/json"))[0] == 413


def test_the_order_of_refusals() -> None:
    """415 comes before 413, 413 before 400, and 400 before 422."""
    client = serve(take, method="POST", MAX_CONTENT_LENGTH=10)
    assert client.post("/", data="x" * 100, content_type="text/plain").status_code == 415
    assert client.post("/", data="x" * 100, content_type="application/json").status_code == 413
    assert client.post("/", data="x", content_type="application/json").status_code == 400
    assert client.post("/", data="{}", content_type="application/json").status_code == 422


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        pytest.param({"customer": None}, [("/customer", "string_type")], id="null"),
        pytest.param({"customer": "A" * 9}, [("/customer", "string_too_long")], id="length"),
        pytest.param({"items": []}, [("/items", "too_short")], id="empty list"),
        pytest.param(
            {"items": [{"sku": 1, "quantity": 0}, 7]},
            [
                ("/items/0/sku", "string_type"),
                ("/items/0/quantity", "greater_than"),
                ("/items/1", "model_type"),
            ],
            id="several",
        ),
    ],
)
def test_pointers(change: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    """An error points to the value in the body, and has a code that does not change with the language."""
    response = serve(take, method="POST").post("/", json=GOOD | change)
    assert refusal(response) == (422, [("body", *error) for error in errors])


def test_the_whole_answer() -> None:
    """A refusal has all members of a problem; the limits that were broken are there to be translated."""
    response = serve(take, method="POST").post("/", json=GOOD | {"customer": "A" * 9})
    assert response.json == {
        "type": "about:blank",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "The request is not valid.",
        "errors": [
            {
                "in": "body",
                "pointer": "/customer",
                "code": "string_too_long",
                "detail": "String should have at most 8 characters",
                "params": {"max_length": 8},
            }
        ],
    }


class Secretive(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = ""
    kind: Annotated[str, Field(pattern="^[a-z]+$")] = "a"
    when: Annotated[float, Field(allow_inf_nan=False)] = 0

    @field_validator("name")
    @classmethod
    def _named(cls, value: str, info: ValidationInfo) -> str:
        if value:
            raise ValueError(f"{value} of {info.data}")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Secretive:
        if self.kind == "b":
            raise AssertionError(f"planted: {self!r}")
        if self.kind == "c":
            raise PydanticCustomError("no_c", "There is no c.")
        return self


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param({"name": "planted"}, ("/name", "value_error"), id="validator's text"),
        pytest.param({"kind": "b"}, ("", "assertion_error"), id="assertion's text"),
        pytest.param({"kind": "PLANTED"}, ("/kind", "string_pattern_mismatch"), id="pattern"),
        pytest.param({"planted": 1}, ("/*", "extra_forbidden"), id="unknown key"),
        pytest.param({"planted": {"planted": 1}}, ("/*", "extra_forbidden"), id="nested unknown key"),
        pytest.param({"kind": ["planted"]}, ("/kind", "string_type"), id="type"),
        pytest.param({"when": "planted"}, ("/when", "float_parsing"), id="number"),
    ],
)
def test_nothing_of_the_request_is_repeated(data: dict[str, Any], error: tuple[str, str]) -> None:
    """No answer has a value or a name that the client sent, nor the text of an exception or an address."""

    @endpoint
    def view(body: Body[Secretive]) -> None:
        pass

    response = serve(view, method="POST").post("/", json=data)
    assert refusal(response) == (422, [("body", *error)])
    assert not [word for word in ("planted", "PLANTED", "://", '"input"', '"ctx"') if word in response.text]


def test_the_apps_own_code_and_text() -> None:
    """A validator's PydanticCustomError is for the client: its code and its text are sent."""

    @endpoint
    def view(body: Body[Secretive]) -> None:
        pass

    response = serve(view, method="POST").post("/", json={"kind": "c"})
    assert response.json is not None
    assert response.json["errors"] == [
        {"in": "body", "pointer": "", "code": "no_c", "detail": "There is no c."}
    ]


def test_many_errors() -> None:
    """An answer lists at most 100 errors, however many there are."""
    response = serve(take, method="POST").post("/", json=GOOD | {"items": [0] * 5000})
    assert len(refusal(response)[1]) == 100


def test_no_body_is_needed() -> None:
    """A body with a default, or one that may be None, can be left out; one that is there is checked."""

    @endpoint
    def default(body: Body[int] = 7) -> int:
        return body

    @endpoint
    def none(body: Body[int | None]) -> str:
        return repr(body)

    for view, expected in ((default, 7), (none, "None")):
        client = serve(view, method="POST")
        assert client.post("/").json == expected
        assert client.post("/", content_type="application/json").json == expected
        assert client.post("/", json=3).json in (3, "3")
        assert refusal(client.post("/", json="x"))[0] == 422
        assert refusal(client.post("/", data="x", content_type="text/plain"))[0] == 415


def test_other_media_types() -> None:
    """Accepts names the media types; bytes and text are taken as they are, forms and JSON are read."""

    @endpoint
    def raw(body: Body[Annotated[bytes, Accepts("application/zip", "text/csv")]]) -> int:
        return len(body)

    @endpoint
    def text(body: Body[Annotated[str, Accepts("text/plain")]]) -> str:
        return body

    both = Accepts("application/vnd.shop+json", "application/x-www-form-urlencoded")

    @endpoint
    def either(body: Body[Annotated[Order, both]]) -> str:
        return body.customer

    client = serve(raw, method="POST")
    assert client.post("/", data=b"\xff\x00", content_type="application/zip").json == 2
    assert client.post("/", data=b"a,b", content_type="text/csv; charset=latin-1").json == 3
    refused = client.post("/", json=1)
    assert (refused.status_code, refused.headers["Accept"]) == (415, "application/zip, text/csv")

    client = serve(text, method="POST")
    assert client.post("/", data="ä", content_type="text/plain").json == "ä"
    assert refusal(client.post("/", data=b"\xff", content_type="text/plain"))[0] == 400

    client = serve(either, method="POST")
    assert client.post("/", data=json.dumps(GOOD), content_type="application/vnd.shop+json").json == "Ada"
    assert refusal(client.post("/", data={"customer": "Ada"})) == (422, [("body", "/items", "missing")])


def test_a_function_that_parses() -> None:
    """What `parse` makes of the bytes is validated as the argument; its ValueError is a 400."""

    def parse(data: bytes) -> object:
        return [
            dict(zip(("sku", "quantity"), line.split(","), strict=True)) for line in data.decode().split()
        ]

    @endpoint
    def view(body: Body[Annotated[list[Item], Accepts("text/csv", parse=parse)]]) -> int:
        return sum(item.quantity for item in body)

    client = serve(view, method="POST")
    assert client.post("/", data="A,2\nB,3", content_type="text/csv").json == 5
    assert refusal(client.post("/", data="A,2,3", content_type="text/csv"))[0] == 400
    assert refusal(client.post("/", data="A,x", content_type="text/csv")) == (
        422,
        [("body", "/0/quantity", "int_parsing")],
    )


def test_the_body_stays_readable() -> None:
    """What reads the request after validation finds the body still there."""

    @endpoint
    def view(body: Body[Order]) -> bool:
        return request.get_json() == GOOD and request.get_data() != b""

    assert serve(view, method="POST").post("/", json=GOOD).json is True


def test_a_refusal_is_a_problem() -> None:
    """Without Baseline a refusal is a problem too, since it needs nothing of the app."""
    assert serve(take, method="POST").post("/", data="x").content_type == PROBLEM
