"""What is sent for what a view returns."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple

import pytest
from flask import Flask, Response, abort, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, computed_field
from typing_extensions import TypedDict

from flask_baseline import Baseline, Problem, endpoint

from .serving import serve


class Out(BaseModel):
    id: int
    name: str = Field(default="x", serialization_alias="fullName")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def double(self) -> int:
        return self.id * 2


SENT = {"id": 1, "fullName": "x", "double": 2}


class Row:
    """Like a row of an ORM."""

    id = 1
    name = "x"
    password = "secret"


@dataclass
class Point:
    x: int


class Movie(TypedDict):
    title: str


class Pair(NamedTuple):
    left: int
    right: int


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    name: str


Pet = Annotated[Cat | Dog, Field(discriminator="kind")]


def returning(value: Any, hint: Any, **options: Any) -> Callable[..., Any]:
    """Return an endpoint that returns *value* and says that it is *hint*."""

    def view() -> Any:
        return value

    view.__annotations__["return"] = hint
    return endpoint(**options)(view)


@pytest.mark.parametrize(
    ("value", "hint", "sent"),
    [
        pytest.param(Out(id=1), Out, SENT, id="model"),
        pytest.param({"id": "1", "name": "x", "more": 1}, Out, SENT, id="dictionary"),
        pytest.param(Row(), Out, SENT, id="ORM object"),
        pytest.param([Row(), {"id": 1}], list[Out], [SENT, SENT], id="list"),
        pytest.param({"a": Row()}, dict[str, Out], {"a": SENT}, id="dictionary of models"),
        pytest.param((1, "a", 2.5), tuple[int, str, float], [1, "a", 2.5], id="tuple"),
        pytest.param((1, "a"), tuple[int, str], [1, "a"], id="tuple like a value and a status"),
        pytest.param(((1, "a"), 200), tuple[int, str] | Out, [1, "a"], id="tuple with a status"),
        pytest.param((), tuple[()], [], id="empty tuple"),
        pytest.param(Pair(1, 2), Pair, [1, 2], id="named tuple"),
        pytest.param(Point(3), Point, {"x": 3}, id="dataclass"),
        pytest.param({"title": "M"}, Movie, {"title": "M"}, id="typed dictionary"),
        pytest.param(Dog(name="Rex"), Pet, {"kind": "dog", "name": "Rex"}, id="tagged union"),
        pytest.param({"kind": "cat", "lives": 9}, Pet, {"kind": "cat", "lives": 9}, id="tagged dictionary"),
        pytest.param(None, Out | None, None, id="none of an optional"),
        pytest.param("text", str, "text", id="text is JSON too"),
        pytest.param(date(2026, 1, 2), date, "2026-01-02", id="date"),
        pytest.param(True, bool, True, id="bool"),
    ],
)
def test_a_value(value: Any, hint: Any, sent: Any) -> None:
    """A value is sent as the JSON of its hint, and with nothing that this does not hold."""
    response = serve(returning(value, hint)).get("/")
    assert (response.status_code, response.mimetype, response.json) == (200, "application/json", sent)


@pytest.mark.parametrize(
    ("value", "status", "header"),
    [
        pytest.param(({"id": 1}, 201), 201, None, id="status"),
        pytest.param(({"id": 1}, "201 Made"), 201, None, id="status with a phrase"),
        pytest.param(({"id": 1}, {"X-A": "b"}), 200, "b", id="headers"),
        pytest.param(({"id": 1}, [("X-A", "b")]), 200, "b", id="list of headers"),
        pytest.param(({"id": 1}, 201, {"X-A": "b"}), 201, "b", id="status and headers"),
    ],
)
def test_a_tuple(value: Any, status: int, header: str | None) -> None:
    """A status and headers come as in any view of Flask."""
    response = serve(returning(value, Out, responses={201: Out})).get("/")
    assert (response.status_code, response.headers.get("X-A"), response.json) == (status, header, SENT)


def test_a_response() -> None:
    """A Response goes out as the view made it, and so does what jsonify makes."""

    @endpoint
    def view() -> Out | Response:
        if "plain" in request.args:
            return Response("plain", 202)
        return jsonify(any="thing")

    client = serve(view)
    assert (client.get("/?plain").status_code, client.get("/?plain").text) == (202, "plain")
    assert client.get("/").json == {"any": "thing"}


def test_no_hint() -> None:
    """A view that says nothing of its result answers what Flask makes of it."""

    @endpoint
    def view():  # type: ignore[no-untyped-def]
        return {"any": "thing"}, 202

    response = serve(view).get("/")
    assert (response.status_code, response.json) == (202, {"any": "thing"})


@pytest.mark.parametrize("options", [{}, {"status": 204}, {"status": 205}], ids=["none", "204", "205"])
def test_nothing(options: dict[str, Any]) -> None:
    """A view that returns None answers 204; where no body may be, there is no content type either."""

    @endpoint(**options)
    def view() -> None:
        pass

    response = serve(view).get("/")
    assert (response.status_code, response.data) == (options.get("status", 204), b"")
    assert "Content-Type" not in response.headers


def test_several_statuses() -> None:
    """Each status has its own type, and a value is sent as the one of its status."""

    class Job(BaseModel):
        job: str

    @endpoint(status=201, responses={202: Job, 204: None, 409: Problem})
    def view() -> Any:
        return {"202": ({"job": "j", "id": 2}, 202), "204": (None, 204), "409": (None, 409)}.get(
            request.args["status"], Row()
        )

    client = serve(view)
    accepted = client.get("/?status=202")
    assert (accepted.status_code, accepted.json) == (202, {"job": "j"})
    assert client.get("/?status=204").data == b""


def test_lines() -> None:
    """An iterator is sent a line of JSON for each item, while the request is still there."""

    def items() -> Iterator[dict[str, int]]:
        for number in range(3):
            yield {"id": number + len(request.args)}

    @endpoint
    def view() -> Iterator[Out]:
        return items()  # type: ignore[return-value]

    response = serve(view).get("/?a=1")
    assert response.mimetype == "application/jsonl"
    assert [json.loads(line)["id"] for line in response.text.splitlines()] == [1, 2, 3]


def test_a_generator_view() -> None:
    """A view may be a generator itself; text and bytes go out as they are."""

    @endpoint
    def text() -> Iterator[str]:
        yield request.path
        yield "b"

    @endpoint(media_type="text/csv")
    def table() -> Generator[bytes, None, None]:
        yield b"a,b\n"

    @endpoint
    def raw() -> Iterable[bytes]:
        return iter([b"a"])

    response = serve(text).get("/")
    assert (response.text, response.mimetype) == ("/b", "text/plain")
    response = serve(table).get("/")
    assert (response.text, response.mimetype) == ("a,b\n", "text/csv")
    assert serve(raw).get("/").mimetype == "application/octet-stream"


def test_another_media_type() -> None:
    """`media_type` sends text and bytes as they are, and JSON under another name."""

    @endpoint(media_type="text/html")
    def page() -> str:
        return "<p>"

    @endpoint(media_type="application/geo+json")
    def place() -> Out:
        return Out(id=1)

    response = serve(page).get("/")
    assert (response.text, response.content_type) == ("<p>", "text/html; charset=utf-8")
    response = serve(place).get("/")
    assert (response.json, response.content_type) == (SENT, "application/geo+json")


class Held(BaseModel):
    model_config = ConfigDict(extra="forbid")
    quantity: int


UNCHECKED: Any = Held.model_construct(**{"quantity": "planted"})


@pytest.mark.parametrize(
    ("value", "field"),
    [
        pytest.param({"quantity": "planted"}, "quantity: int_parsing", id="wrong type"),
        pytest.param({}, "quantity: missing", id="missing"),
        pytest.param(UNCHECKED, "model cannot hold", id="unchecked model"),
        pytest.param(object(), "value: model_attributes_type", id="object"),
    ],
)
def test_a_wrong_value(value: Any, field: str, caplog: pytest.LogCaptureFixture) -> None:
    """A value that does not fit is a 500 without details; the log names view and field, and no value."""
    response = serve(returning(value, Held)).get("/")
    assert response.status_code == 500
    assert "quantity" not in response.text
    (record,) = [record for record in caplog.records if record.exc_info]
    assert record.exc_info
    told = str(record.exc_info[1])
    assert field in told
    assert "returning.<locals>.view" in told
    assert "planted" not in caplog.text


def test_an_undeclared_status() -> None:
    """A status that is not declared is an error in tests, and says how to declare it."""

    @endpoint
    def view() -> Out:
        return {"id": 1}, 202  # type: ignore[return-value]

    client = serve(view, TESTING=True)
    with pytest.raises(Exception, match=r"returned the status 202 and declares 200\. Add it: @endpoint"):
        client.get("/")


def test_an_undeclared_status_in_production(caplog: pytest.LogCaptureFixture) -> None:
    """In production it is sent, and logged once."""

    @endpoint
    def view() -> Out:
        return {"id": 1}, 202  # type: ignore[return-value]

    client = serve(view)
    for _ in range(2):
        assert (client.get("/").status_code, client.get("/").json) == (202, {"id": 1})
    assert len([record for record in caplog.records if "status 202" in record.getMessage()]) == 1


def test_errors_of_the_view() -> None:
    """What a view raises is Flask's to answer, as always."""

    @endpoint
    def view() -> Out:
        raise Problem(409, "Sold out") if "problem" in request.args else abort(404)

    client = serve(view)
    assert client.get("/?problem").json == {
        "type": "about:blank",
        "title": "Conflict",
        "status": 409,
        "detail": "Sold out",
    }
    assert client.get("/").status_code == 404


def test_headers_of_the_model() -> None:
    """A model with `response_headers` adds these to its response."""

    class Linked(BaseModel):
        def response_headers(self) -> list[tuple[str, str]]:
            return [("Link", "<a>"), ("Link", "<b>")]

    @endpoint
    def view() -> Linked:
        return Linked()

    assert serve(view).get("/").headers.getlist("Link") == ["<a>", "<b>"]


def test_with_baseline() -> None:
    """Beside Baseline a refusal has the id of the request."""
    app = Flask("shop")
    app.get("/")(returning(None, Out))
    Baseline(app)
    response = app.test_client().get("/", buffered=True)
    assert response.status_code == 500
    assert response.json is not None
    assert response.json["request_id"] == response.headers["X-Request-ID"]
