"""Requests with an ``Idempotency-Key``."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask, Response, abort, request
from flask.testing import FlaskClient
from pydantic import BaseModel
from werkzeug.test import TestResponse

from flask_baseline import Baseline, Body, Problem, Query, endpoint
from tests.services import valkey
from tests.validation.serving import refusal, serve


class Order(BaseModel):
    sku: str


class Shop:
    """An app with one order route, and how often it ran."""

    def __init__(self, **config: Any) -> None:
        self.runs = 0
        self.fails_with: Any = None
        app = Flask("shop")
        app.config.update(config)
        Baseline(app)

        @app.post("/orders")
        @endpoint(status=201, idempotent=True)
        def create(body: Body[Order], slow: Query[bool] = False) -> dict[str, Any]:
            self.runs += 1
            if slow:
                self.started.set()
                assert self.finish.wait(20)
            if self.fails_with is not None:
                raise self.fails_with
            return {"run": self.runs, "sku": body.sku}, 201, {"Location": "/1", "Set-Cookie": "a=b"}  # type: ignore[return-value]

        self.started, self.finish = Event(), Event()
        self.app = app
        self.client = app.test_client(use_cookies=False)

    def order(self, key: str, sku: str = "a", path: str = "/orders", **headers: str) -> TestResponse:
        """Send an order."""
        return self.client.post(
            path, json={"sku": sku}, headers={"Idempotency-Key": key, **headers}, buffered=True
        )


@pytest.fixture
def shop(url: str | None) -> Shop:
    """Return a shop on each store."""
    return Shop(**({} if url is None else {"BASELINE_VALIDATION_IDEMPOTENCY_STORE": url}))


def new() -> str:
    """Return a new key."""
    return str(uuid4())


def test_a_repetition(shop: Shop) -> None:
    """A request that comes again is answered as the first time, and does not run."""
    key = new()
    first, second = shop.order(key), shop.order(f'"{key}"')
    assert (first.status_code, first.json) == (201, {"run": 1, "sku": "a"})
    assert (second.status_code, second.data, second.mimetype) == (201, first.data, "application/json")
    assert second.headers["Location"] == "/1"
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert "Set-Cookie" not in second.headers
    assert second.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert shop.runs == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        pytest.param({"sku": "b"}, 422, id="another body"),
        pytest.param({"path": "/orders?slow=0"}, 422, id="another query"),
        pytest.param({"Content-Type": "application/json; charset=utf-8"}, 422, id="another content type"),
        pytest.param({"Authorization": "Bearer other"}, 201, id="another caller"),
    ],
)
def test_a_key_for_something_else(shop: Shop, change: dict[str, str], status: int) -> None:
    """A key belongs to one request of one caller; another caller's runs on its own."""
    key = new()
    shop.order(key)
    response = shop.order(key, **change)
    assert response.status_code == status
    if status == 422:
        assert refusal(response) == (422, [("header", "/Idempotency-Key", "idempotency_key_reused")])
    assert shop.runs == (1 if status == 422 else 2)


def test_a_duplicate_while_the_first_runs(shop: Shop) -> None:
    """A duplicate is refused while the first runs, and answered when it is done."""
    key = new()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(shop.order, key, path="/orders?slow=1")
        assert shop.started.wait(20)
        duplicate = shop.order(key, path="/orders?slow=1")
        shop.finish.set()
        assert first.result().status_code == 201
    assert refusal(duplicate)[0] == 409
    assert duplicate.headers["Retry-After"] == "1"
    assert shop.order(key, path="/orders?slow=1").status_code == 201
    assert shop.runs == 1


def test_many_at_once(shop: Shop) -> None:
    """Of many duplicates at the same time one runs."""
    key = new()
    with ThreadPoolExecutor(8) as pool:
        statuses = [*pool.map(lambda _: shop.order(key).status_code, range(24))]
    assert {*statuses} <= {201, 409}
    assert 201 in statuses
    assert shop.runs == 1


@pytest.mark.parametrize(
    ("error", "status", "runs"),
    [
        pytest.param(Problem(402, "No money."), 402, 1, id="refusal of the view"),
        pytest.param(Problem(409), 409, 2, id="conflict"),
        pytest.param(Problem(429), 429, 2, id="too many"),
        pytest.param(Problem(503), 503, 2, id="unavailable"),
        pytest.param(ZeroDivisionError(), 500, 2, id="exception"),
    ],
)
def test_errors(error: Exception, status: int, runs: int) -> None:
    """What the view refuses is its answer; what may succeed later, and a failure, can be sent again."""
    shop, key = Shop(), new()
    shop.fails_with = error
    answers = [shop.order(key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert shop.runs == runs


def test_an_invalid_request() -> None:
    """A request that validation refuses did not run; its key is free for the corrected one."""
    shop, key = Shop(), new()
    headers = {"Idempotency-Key": key}
    assert refusal(shop.client.post("/orders", json={}, headers=headers, buffered=True))[0] == 422
    assert shop.order(key).status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="missing"),
        pytest.param({"Idempotency-Key": ""}, id="empty"),
        pytest.param({"Idempotency-Key": '""'}, id="empty string"),
        pytest.param({"Idempotency-Key": '"a'}, id="half a string"),
        pytest.param({"Idempotency-Key": "a b"}, id="space"),
        pytest.param({"Idempotency-Key": "a,b"}, id="two headers"),
        pytest.param({"Idempotency-Key": "a\x7f"}, id="control character"),
        pytest.param({"Idempotency-Key": "\xe4"}, id="not ASCII"),
        pytest.param({"Idempotency-Key": "a" * 256}, id="long"),
        pytest.param({"Idempotency-Key": "a" * 10_000}, id="very long"),
    ],
)
def test_a_key_that_is_none(headers: dict[str, str]) -> None:
    """A request without a key, or with one that is none, is refused before it runs."""
    shop = Shop()
    response = shop.client.post("/orders", json={"sku": "a"}, headers=headers, buffered=True)
    assert refusal(response) == (400, [])
    assert shop.runs == 0


def test_the_store_has_nothing_to_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a key nor what authenticates a caller reaches the store."""
    seen: list[Any] = []
    store = shop.app.extensions["baseline"].wirings["validation"].runtime.idempotency_store
    claim = store.claim
    monkeypatch.setattr(store, "claim", lambda *args: seen.append(args) or claim(*args))
    shop.order("planted-key", Authorization="Bearer planted-token")
    assert len(seen) == 1
    assert "planted" not in repr(seen)


def test_a_store_that_is_down(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """While the store cannot be reached nothing runs, and the log has no password of it."""
    with valkey(tmp_path) as url:
        shop = Shop(BASELINE_VALIDATION_IDEMPOTENCY_STORE=url.replace("//", "//user:planted@"))
    response = shop.order(new())
    assert refusal(response)[0] == 503
    assert response.headers["Retry-After"] == "5"
    assert shop.runs == 0
    assert "cannot be reached" in caplog.text
    assert "planted" not in caplog.text


def test_a_store_that_goes_down(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    """A request whose outcome cannot be kept is answered all the same, and logged."""
    with ThreadPoolExecutor(1) as pool:
        with valkey(tmp_path) as url:
            shop = Shop(BASELINE_VALIDATION_IDEMPOTENCY_STORE=url)
            first = pool.submit(shop.order, new(), path="/orders?slow=1")
            assert shop.started.wait(20)
        shop.finish.set()
        assert first.result().status_code == 201
    assert "cannot be kept" in caplog.text


def one(view: Any, method: str = "POST", **options: Any) -> FlaskClient:
    """Return a client of an app without Baseline."""
    return serve(endpoint(idempotent=True, **options)(view), method=method)


def test_without_baseline() -> None:
    """An app without Baseline remembers in memory."""
    runs: list[int] = []

    def view() -> int:
        runs.append(1)
        return len(runs)

    client = one(view)
    assert [client.post("/", headers={"Idempotency-Key": "a"}).json for _ in range(2)] == [1, 1]


def test_safe_methods_need_no_key() -> None:
    """A GET changes nothing, and may come as often as it likes."""
    assert one(lambda: {}, "GET").get("/").status_code == 200


def test_a_function_for_the_caller() -> None:
    """Where a caller is known otherwise, a function says who it is."""
    runs: list[str] = []

    @endpoint(idempotent=lambda: request.headers["X-User"])
    def view() -> int:
        runs.append(request.headers["X-User"])
        return len(runs)

    client = serve(view, method="POST")
    for user, token in (("ada", "1"), ("ada", "2"), ("bob", "1")):
        client.post("/", headers={"Idempotency-Key": "a", "X-User": user, "Authorization": token})
    assert runs == ["ada", "bob"]


def test_a_long_answer() -> None:
    """An answer that is too long to be kept is given once; a repetition hears that it is done."""
    runs: list[int] = []

    def view() -> Any:
        runs.append(1)
        return Response(iter([b"x" * 1_000_001]))

    client = one(view)
    first, second = (client.post("/", headers={"Idempotency-Key": "a"}) for _ in range(2))
    assert len(first.data) == 1_000_001
    assert refusal(second)[0] == 409
    assert "too long" in second.text
    assert len(runs) == 1


def test_an_error_page_of_the_app() -> None:
    """The answer of the app's own error handler is kept."""

    @endpoint(idempotent=True)
    def view() -> None:
        abort(404)

    client = serve(view, method="POST")
    client.application.register_error_handler(404, lambda error: ("own", 404))
    answers = [client.post("/", headers={"Idempotency-Key": "a"}) for _ in range(2)]
    assert [answer.text for answer in answers] == ["own", "own"]
    assert "Idempotency-Replayed" in answers[1].headers


def test_streams_are_refused() -> None:
    """A stream cannot be kept, and says so when the module is imported."""

    def view() -> Iterator[Order]:
        yield Order(sku="a")

    with pytest.raises(TypeError, match="a stream cannot be kept"):
        endpoint(idempotent=True)(view)


@pytest.mark.parametrize(
    "value", ["planted", "redis://h:planted/", "sqlite://"], ids=["no URL", "port", "memory"]
)
def test_a_wrong_setting(value: str) -> None:
    """A store that cannot be is one clear error at start, without the value."""
    from flask_baseline import ConfigError

    app = Flask("shop")
    app.config["BASELINE_VALIDATION_IDEMPOTENCY_STORE"] = value
    with pytest.raises(
        ConfigError, match=r"BASELINE_VALIDATION_IDEMPOTENCY_STORE .*Fix: set it to redis://"
    ) as info:
        Baseline(app)
    assert "planted" not in str(info.value)
