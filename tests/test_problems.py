"""Error bodies of RFC 9457, as a client of a real app sees them."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from flask_baseline import Baseline, Problem
from flask_baseline.problems import problem_body


def _app(problem: Callable[[], Problem], *, is_logging: bool = True) -> Flask:
    app = Flask("shop")
    app.config["BASELINE_LOGGING_ENABLED"] = is_logging

    @app.get("/")
    def view() -> str:
        raise problem()

    Baseline(app)
    return app


def _answer(problem: Callable[[], Problem], **options: Any) -> TestResponse:
    return _app(problem, is_logging=False).test_client().open("/", **options)


FULL: dict[str, Any] = {
    "detail": "The order is paid already",
    "title": "Order paid",
    "type": "/problems/order-paid",
    "instance": "/orders/17",
}

BODIES: dict[str, tuple[Callable[[], Problem], dict[str, object]]] = {
    "status-alone": (
        lambda: Problem(404),
        {"type": "about:blank", "title": "Not Found", "status": 404},
    ),
    "all-members": (
        lambda: Problem(409, **FULL),
        {"status": 409, **FULL},
    ),
    "extensions": (
        lambda: Problem(402, balance=30, accounts=["/a/1", "/a/2"], nothing=None),
        {
            **{"type": "about:blank", "title": "Payment Required", "status": 402},
            **{"balance": 30, "accounts": ["/a/1", "/a/2"], "nothing": None},
        },
    ),
    "what-jsonify-takes": (
        lambda: Problem(400, id=UUID(int=1), price=Decimal("1.50"), day=date(2026, 1, 2)),
        {
            **{"type": "about:blank", "title": "Bad Request", "status": 400, "price": "1.50"},
            **{"id": "00000000-0000-0000-0000-000000000001", "day": "Fri, 02 Jan 2026 00:00:00 GMT"},
        },
    ),
    "not-ascii": (
        lambda: Problem(400, "Não há \U0001f4e6 \x00"),
        {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": "Não há \U0001f4e6 \x00"},
    ),
    "status-without-a-phrase": (
        lambda: Problem(499, "left"),
        {"type": "about:blank", "title": "Error", "status": 499, "detail": "left"},
    ),
}


@pytest.mark.parametrize(("problem", "body"), BODIES.values(), ids=BODIES)
def test_body(problem: Callable[[], Problem], body: dict[str, object]) -> None:
    """The body has the members that were given, and those alone."""
    response = _answer(problem)
    assert response.status_code == body["status"]
    assert response.content_type == "application/problem+json"
    assert response.content_length == len(response.data)
    assert json.loads(response.data) == body


def test_headers() -> None:
    """Headers that are given are those of the answer."""
    response = _answer(lambda: Problem(429, headers={"Retry-After": "30", "X-Limit": "5"}))
    assert (response.headers["Retry-After"], response.headers["X-Limit"]) == ("30", "5")
    assert response.content_type == "application/problem+json"


def test_head() -> None:
    """HEAD has the status and headers of GET, and no body."""
    response = _answer(lambda: Problem(410, "gone"), method="HEAD")
    assert (response.status_code, response.data) == (410, b"")
    assert response.headers == _answer(lambda: Problem(410, "gone")).headers


def test_request_id() -> None:
    """The body has the request's id, to find the log lines with; without logging there is none."""
    headers = {"X-Request-ID": "checkout-42"}
    answers = [
        _app(lambda: Problem(409), is_logging=is_logging).test_client().get("/", headers=headers).get_json()
        for is_logging in (True, False)
    ]
    assert [answer.get("request_id") for answer in answers] == ["checkout-42", None]


def test_without_baseline() -> None:
    """A problem is answered in an app without Baseline as well."""
    app = Flask("bare")

    @app.before_request
    def refuse() -> None:
        raise Problem(503, "closed")

    assert app.test_client().get("/").get_json() == {
        **{"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": "closed"},
    }


@pytest.mark.parametrize("handled", [Problem, HTTPException, Exception], ids=lambda handled: handled.__name__)
def test_the_apps_own_handlers_win(handled: type[Exception]) -> None:
    """An error handler of the app gets the problem, with its status, title and detail."""
    app = _app(lambda: Problem(409, "paid", title="Order paid"))
    seen: list[Exception] = []

    @app.errorhandler(handled)
    def handle(error: Exception) -> tuple[str, int]:
        seen.append(error)
        return "own page", 400

    assert app.test_client().get("/").text == "own page"
    (problem,) = seen
    assert isinstance(problem, Problem)
    assert (problem.code, problem.name, problem.description) == (409, "Order paid", "paid")
    assert str(problem) == "409 Order paid: paid"


@pytest.mark.parametrize("status", [200, 302, 399, 600, -1])
def test_a_status_that_is_no_error(status: int) -> None:
    """A problem without an error's status is refused where it is raised."""
    with pytest.raises(ValueError, match=f"from 400 to 599, not {status}"):
        Problem(status)


def test_an_extension_with_a_name_of_the_standard() -> None:
    """The request's id cannot be forged by an extension."""
    with pytest.raises(ValueError, match="gives request_id a meaning"):
        Problem(400, request_id="mine")


def _circle() -> list[object]:
    circle: list[object] = []
    circle.append(circle)
    return circle


@pytest.mark.parametrize(
    "value",
    [object(), {1, 2}, b"bytes", {("a", 1): 2}, _circle()],
    ids=["object", "set", "bytes", "key", "circle"],
)
def test_an_extension_that_json_cannot_hold(value: object) -> None:
    """A value without a form in JSON is refused by name where the problem is raised."""
    with pytest.raises(TypeError, match="The extension 'order' has no form in JSON"):
        Problem(409, order=value)


def test_problem_body() -> None:
    """A body without an answer around it, for those who build their own."""
    assert problem_body(422, "Wrong", detail="so", type="/p", instance="/i") == {
        **{"type": "/p", "title": "Wrong", "status": 422, "detail": "so", "instance": "/i"},
    }
    assert problem_body(404) == {"type": "about:blank", "title": "Not Found", "status": 404}


def _sent(problem: Problem) -> Problem:
    sent = pickle.loads(pickle.dumps(problem))  # noqa: S301
    assert isinstance(sent, Problem)
    return sent


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, _sent])
def test_a_copy(copied: Callable[[Problem], Problem]) -> None:
    """A problem that a process of a pool sends to its parent is the same there."""
    problem = Problem(409, "paid", headers={"Retry-After": "5"}, order=17)

    same = copied(problem)

    assert same.get_body() == problem.get_body()
    assert same.get_headers() == problem.get_headers()
    assert str(same) == str(problem)
