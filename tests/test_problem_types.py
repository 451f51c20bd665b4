"""Kinds of problem that an app declares."""

from __future__ import annotations

import pickle
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from pydantic import BaseModel

from flask_baseline import endpoint
from flask_baseline._problem_schema import problem_adapter
from flask_baseline.problem_types import ProblemType


class OutOfStock(ProblemType, status=409, type="/problems/out-of-stock", title="Out of stock"):
    """The stock does not suffice.

    Order less.
    """

    sku: str
    price: Decimal = Decimal("1.50")
    available: int = 0


class Item(BaseModel):
    id: int


class Bundled(OutOfStock, title="The bundle is out of stock"):
    parts: list[Item] = []  # noqa: RUF012


class Gone(ProblemType, status=410):
    pass


def answer_of(problem: Exception) -> Any:
    """Return what an app answers whose view raises *problem*."""
    app = Flask("shop")

    @app.get("/")
    def view() -> None:
        raise problem

    return app.test_client().get("/")


def test_the_answer() -> None:
    """What is raised has the class's status, type and title, and its members as JSON."""
    response = answer_of(
        OutOfStock("Only 2.", sku="A1", available=2, instance="/x", headers={"Retry-After": "60"})
    )
    assert (response.status_code, response.mimetype) == (409, "application/problem+json")
    assert response.headers["Retry-After"] == "60"
    assert response.json == {
        "type": "/problems/out-of-stock",
        "title": "Out of stock",
        "status": 409,
        "detail": "Only 2.",
        "instance": "/x",
        "sku": "A1",
        "price": "1.50",
        "available": 2,
    }


def test_members_are_attributes() -> None:
    """Whoever catches a problem reads its members as the class declares them."""
    problem = OutOfStock(sku="A1", available="3")
    assert (problem.sku, problem.price, problem.available) == ("A1", Decimal("1.50"), 3)


def test_a_subclass() -> None:
    """A class of a class has its members and its kind, but for what it says itself."""
    assert answer_of(Bundled(sku="A1", parts=[Item(id=1)])).json == {
        "type": "/problems/out-of-stock",
        "title": "The bundle is out of stock",
        "status": 409,
        "sku": "A1",
        "price": "1.50",
        "available": 0,
        "parts": [{"id": 1}],
    }
    assert isinstance(Bundled(sku="A1"), OutOfStock)


def test_without_more() -> None:
    """A class needs no more than a status."""
    assert answer_of(Gone()).json == {"type": "about:blank", "title": "Gone", "status": 410}


@pytest.mark.parametrize(
    ("members", "wrong"),
    [
        pytest.param({}, r"sku \(missing\)", id="missing"),
        pytest.param({"sku": 1}, r"sku \(string_type\)", id="type"),
        pytest.param({"sku": "planted", "more": "planted"}, r"more \(extra_forbidden\)", id="unknown"),
        pytest.param({"sku": None, "available": "planted"}, r"sku .*, available", id="several"),
    ],
)
def test_wrong_members(members: dict[str, Any], wrong: str) -> None:
    """A wrong member fails where the problem is raised; the message has its name and not its value."""
    with pytest.raises(
        TypeError, match=f"OutOfStock takes the members sku, price, available; .*{wrong}"
    ) as info:
        OutOfStock(**members)
    assert "planted" not in str(info.value)


def test_an_instance_travels() -> None:
    """A problem survives being sent from one process to another."""
    problem = OutOfStock("Only 2.", sku="A1")
    assert pickle.loads(pickle.dumps(problem)).get_body() == problem.get_body()  # noqa: S301


def test_a_handler_of_the_app() -> None:
    """A handler for the class, or for all problem types, gets the exception."""
    app = Flask("shop")

    @app.get("/")
    @endpoint(responses={409: OutOfStock})
    def view() -> None:
        raise OutOfStock(sku="A1")

    @app.errorhandler(ProblemType)
    def handle(problem: ProblemType) -> tuple[str, int]:
        return type(problem).__name__, 418

    response = app.test_client().get("/")
    assert (response.text, response.status_code) == ("OutOfStock", 418)


@pytest.mark.parametrize(
    ("options", "names", "error", "message"),
    [
        pytest.param({}, [], TypeError, "Bad needs a status", id="no status"),
        pytest.param({"status": 200}, [], ValueError, "a status from 400 to 599, not 200", id="status"),
        pytest.param(
            {"status": 409}, ["detail"], TypeError, "detail means something else", id="standard member"
        ),
        pytest.param({"status": 409}, ["code", "headers"], TypeError, "code, headers means", id="attribute"),
    ],
)
def test_wrong_classes(
    options: dict[str, Any], names: list[str], error: type[Exception], message: str
) -> None:
    """A class that cannot work is refused where it is written."""
    with pytest.raises(error, match=message):
        type("Bad", (ProblemType,), {"__annotations__": dict.fromkeys(names, str)}, **options)


def test_the_base_alone() -> None:
    """The base has no status, and is not to be raised."""
    with pytest.raises(TypeError, match="ProblemType is to be subclassed"):
        ProblemType()


def test_declared_for_another_status() -> None:
    """A class that is declared for a status that is not its own is refused, and the message says which is."""

    def view() -> None:
        pass

    with pytest.raises(ValueError, match=r"OutOfStock is declared for 404 and has the status 409.*\{409: "):
        endpoint(responses={404: OutOfStock})(view)


def test_the_schema() -> None:
    """The schema of a class has its kind as constants, its members and its docstring, and is one object."""
    adapter = problem_adapter(Bundled)
    schema = adapter.json_schema(mode="serialization")
    assert schema["title"] == "Bundled"
    assert schema["description"] == "The stock does not suffice.\n\nOrder less."
    assert schema["properties"]["type"]["const"] == "/problems/out-of-stock"
    assert schema["properties"]["status"]["const"] == 409
    assert schema["required"] == ["type", "title", "status", "sku", "price", "available", "parts"]
    assert problem_adapter(Bundled) is adapter
