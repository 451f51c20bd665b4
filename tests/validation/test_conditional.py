"""Conditional requests: RFC 9110, section 13, and RFC 6585, section 3."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView
from pydantic import BaseModel

from flask_baseline import Baseline, Body, Problem, Query, endpoint
from flask_baseline.validation.conditional import check_precondition

from .serving import PROBLEM, refusal, serve


class Order(BaseModel):
    id: int
    state: str


def client_of(etag: Any, **config: Any) -> FlaskClient:
    """Return a client of an API with one order, ``/1``, that can be read, written, made and deleted."""
    stored = {1: Order(id=1, state="new")}

    class Orders(MethodView):
        @endpoint(etag=etag)
        def get(self, number: int) -> Order:
            if number not in stored:
                raise Problem(404)
            return stored[number]

        @endpoint(etag=etag)
        def put(self, number: int, body: Body[Order], forget: Query[bool] = False) -> Order:
            if not forget:
                check_precondition(stored.get(number))
            stored[number] = body
            return body

        @endpoint(etag=etag)
        async def patch(self, number: int, body: Body[str]) -> Order:
            check_precondition(stored[number])
            stored[number] = stored[number].model_copy(update={"state": body})
            return stored[number]

        @endpoint(etag=etag)
        def delete(self, number: int) -> None:
            check_precondition(stored[number])
            del stored[number]

    app = Flask("shop")
    app.config.update(config)
    app.add_url_rule("/<int:number>", view_func=Orders.as_view("orders"))
    return app.test_client()


TAGS = pytest.mark.parametrize(
    "etag", [True, lambda order: f"{order.id}-{order.state}"], ids=["hash", "function"]
)


@TAGS
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("header", "status"),
    [
        pytest.param({}, 200, id="none"),
        pytest.param({"If-None-Match": "{tag}"}, 304, id="known"),
        pytest.param({"If-None-Match": "W/{tag}"}, 304, id="known weakly"),
        pytest.param({"If-None-Match": '"x", {tag}'}, 304, id="one of several"),
        pytest.param({"If-None-Match": "*"}, 304, id="anything"),
        pytest.param({"If-None-Match": '"x"'}, 200, id="another"),
        pytest.param({"If-Match": "{tag}"}, 200, id="match"),
        pytest.param({"If-Match": "W/{tag}"}, 412, id="weak match"),
        pytest.param({"If-Match": '"x"'}, 412, id="no match"),
    ],
)
def test_reading(etag: Any, method: str, header: dict[str, str], status: int) -> None:
    """A client that has the state already gets 304 without a body, and with the tag."""
    client = client_of(etag)
    tag = client.get("/1").headers["ETag"]
    response = client.open(
        "/1", method=method, headers={name: value.format(tag=tag) for name, value in header.items()}
    )
    assert response.status_code == status
    assert (response.data == b"") is (status == 304 or method == "HEAD")
    assert (response.headers.get("ETag") == tag) is (status < 400)
    assert ("Content-Type" in response.headers) is (status != 304)


@TAGS
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_writing(etag: Any, method: str) -> None:
    """A write needs the tag of what is there, gets that of what is there now, and the old one is refused."""
    client = client_of(etag)
    body: Any = {"id": 1, "state": "paid"} if method == "PUT" else "paid"
    tag = client.get("/1").headers["ETag"]

    written = client.open("/1", method=method, json=body, headers={"If-Match": tag})
    assert written.status_code == 200
    assert written.headers["ETag"] == client.get("/1").headers["ETag"] != tag

    again = client.open("/1", method=method, json=body, headers={"If-Match": tag})
    assert refusal(again)[0] == 412


@TAGS
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "header",
    [
        pytest.param({}, id="none"),
        pytest.param({"If-Match": ""}, id="empty"),
        pytest.param({"If-None-Match": '"x"'}, id="another state than one"),
        pytest.param({"If-Unmodified-Since": "Fri, 01 Jan 2027 00:00:00 GMT"}, id="a time"),
    ],
)
def test_a_write_without_a_condition(etag: Any, method: str, header: dict[str, str]) -> None:
    """A write that does not say which state it knows is refused with 428 before the view runs."""
    client = client_of(etag)
    response = client.open("/1", method=method, json={}, headers=header)
    assert refusal(response)[0] == 428
    assert client.get("/1").json == {"id": 1, "state": "new"}


@TAGS
@pytest.mark.parametrize(
    ("path", "header", "status"),
    [
        pytest.param("/2", {"If-None-Match": "*"}, 200, id="create"),
        pytest.param("/1", {"If-None-Match": "*"}, 412, id="create what is there"),
        pytest.param("/1", {"If-Match": "*"}, 200, id="replace whatever is there"),
        pytest.param("/2", {"If-Match": "*"}, 412, id="replace what is not there"),
        pytest.param("/2", {"If-Match": '"x"'}, 412, id="tag of what is not there"),
        pytest.param("/1", {"If-Match": "*", "If-None-Match": '"x"'}, 200, id="unless it is another"),
        pytest.param("/1", {"If-Match": "*", "If-None-Match": "{tag}"}, 412, id="unless it is this"),
        pytest.param("/1", {"If-Match": "*", "If-None-Match": "W/{tag}"}, 412, id="unless it is like this"),
    ],
)
def test_whether_it_is_there(etag: Any, path: str, header: dict[str, str], status: int) -> None:
    """``*`` stands for anything that is there: to create only, or to replace only."""
    client = client_of(etag)
    tag = client.get("/1").headers["ETag"]
    headers = {name: value.format(tag=tag) for name, value in header.items()}
    response = client.put(path, json={"id": 1, "state": "x"}, headers=headers)
    assert response.status_code == status


def test_deleting() -> None:
    """What has a function for its tag is deleted by it; a hash needs a representation, and says so."""
    client = client_of(lambda order: order.state)
    assert client.delete("/1", headers={"If-Match": '"old"'}).status_code == 412
    assert client.delete("/1", headers={"If-Match": '"new"'}).status_code == 204
    assert client.get("/1").status_code == 404
    with pytest.raises(TypeError, match=r"delete returns no representation.*etag=lambda order"):
        client_of(True, TESTING=True).delete("/1", headers={"If-Match": '"x"'})


def test_a_write_that_forgets_to_check() -> None:
    """A view that writes without a check is an error in tests."""
    client = client_of(True, TESTING=True)
    with pytest.raises(Exception, match=r"put has etag and wrote without a check_precondition"):
        client.put("/1?forget=1", json={"id": 1, "state": "x"}, headers={"If-Match": '"x"'})


def test_a_write_that_forgets_to_check_in_production(caplog: pytest.LogCaptureFixture) -> None:
    """In production it is logged, once."""
    client = client_of(True)
    for _ in range(2):
        response = client.put("/1?forget=1", json={"id": 1, "state": "x"}, headers={"If-Match": '"x"'})
        assert response.status_code == 200
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 1


def test_a_check_without_a_tag() -> None:
    """A check in a view without `etag` could pass anything, and fails."""

    @endpoint
    def view() -> None:
        check_precondition(1)

    with pytest.raises(RuntimeError, match="needs @endpoint"):
        serve(view, TESTING=True).get("/")


@TAGS
def test_a_check_while_reading(etag: Any) -> None:
    """A view that checks in all its methods still answers 304 to who reads what it has."""

    @endpoint(etag=etag)
    def view() -> Order:
        check_precondition(order)
        return order

    order = Order(id=1, state="new")
    client = serve(view)
    tag = client.get("/").headers["ETag"]
    assert client.get("/", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/", headers={"If-Match": '"x"'}).status_code == 412


def test_the_headers_of_304() -> None:
    """A 304 has the headers that RFC 9110, section 15.4.5, asks for, and none that describe a body."""
    kept = {"Cache-Control": "no-cache", "Content-Location": "/1", "Vary": "Accept"}
    kept |= {"Date": "Fri, 01 Jan 2027 00:00:00 GMT", "Expires": "Fri, 01 Jan 2027 00:00:00 GMT"}

    @endpoint(etag=lambda order: order.state)
    def view() -> tuple[Order, int, dict[str, str]]:
        return Order(id=1, state="new"), 200, {**kept, "Content-Language": "en"}

    response = serve(view).get("/", headers={"If-None-Match": '"new"'})
    assert response.status_code == 304
    assert dict(response.headers) == {**kept, "ETag": '"new"'}


def test_a_stream_has_no_hash() -> None:
    """A stream is sent as it comes, and not read for its hash."""

    @endpoint(etag=True)
    def view() -> Iterator[Order]:
        yield Order(id=1, state="new")

    response = serve(view).get("/", headers={"If-None-Match": "*"})
    assert (response.status_code, "ETag" in response.headers) == (200, False)
    assert response.data == b'{"id":1,"state":"new"}\n'


def test_a_check_within_another() -> None:
    """A view that calls another one with a tag has its own check to make."""

    @endpoint(etag=lambda order: f"inner {order.state}")
    async def inner() -> Order:
        return order

    @endpoint(etag=lambda order: f"outer {order.state}")
    def outer() -> Order:
        with pytest.raises(Exception, match=r"inner has etag and wrote without"):
            inner()
        check_precondition(order)
        return order

    order = Order(id=1, state="new")
    client = serve(outer, method="PUT", TESTING=True)
    assert client.put("/", headers={"If-Match": '"inner new"'}).status_code == 412
    response = client.put("/", headers={"If-Match": '"outer new"'})
    assert (response.status_code, response.headers["ETag"]) == (200, '"outer new"')


def test_two_apps() -> None:
    """One view in two apps is a mistake in the one that is tested, and served by the other."""

    @endpoint(etag=lambda order: order.state)
    def view() -> Order:
        return Order(id=1, state="new")

    header = {"If-Match": '"new"'}
    with pytest.raises(Exception, match="wrote without a check_precondition"):
        serve(view, method="PUT", TESTING=True).put("/", headers=header)
    assert serve(view, method="PUT").put("/", headers=header).status_code == 200


def test_the_apps_own_error_handler() -> None:
    """An error handler of the app has the refusals of conditions too."""
    client = client_of(True)
    client.application.register_error_handler(Problem, lambda error: (f"own {error.status}", error.status))
    response = client.delete("/1")
    assert (response.status_code, response.text) == (428, "own 428")


def test_posting_needs_no_condition() -> None:
    """A POST creates, and has nothing to have read before."""

    @endpoint(etag=True, status=201)
    def view() -> Order:
        return Order(id=2, state="new")

    response = serve(view, method="POST").post("/")
    assert (response.status_code, "ETag" in response.headers) == (201, False)


def test_a_refusal_is_a_problem_with_the_apps_handlers() -> None:
    """A failed condition is a Problem like any other, also beside Baseline."""
    client = client_of(True)
    Baseline(client.application)
    response = client.put("/1", json={"id": 1, "state": "x"}, headers={"If-Match": '"x"'}, buffered=True)
    assert (response.status_code, response.mimetype) == (412, PROBLEM)
