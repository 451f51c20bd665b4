"""What becomes of a key when an answer is odd, an app has a twin, or a database is in trouble."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from flask import Flask, Response, abort, make_response
from sqlalchemy import create_engine, text

from flask_baseline import Baseline, endpoint
from flask_baseline.validation.idempotency import layer, sql
from tests.validation.serving import refusal, serve

KEY = {"Idempotency-Key": "a"}


def baseline_app(view: Any, **config: Any) -> Flask:
    """Return an app with Baseline whose only route is *view*, idempotent."""
    app = Flask("shop")
    app.config.update(config)
    Baseline(app)
    app.add_url_rule("/", "view", endpoint(idempotent=True)(view), methods=["POST"])
    return app


def test_a_view_of_two_apps() -> None:
    """Two apps of one name that share a view do not share its answers, without Baseline either."""
    runs: list[int] = []

    @endpoint(idempotent=True)
    def view() -> int:
        runs.append(1)
        return len(runs)

    answers = [serve(view, method="POST").post("/", headers=KEY).json for _ in range(2)]
    assert answers == [1, 2]


def test_a_deprecated_endpoint() -> None:
    """Every answer says that the endpoint will be gone: a repetition and a refusal too."""

    @endpoint(idempotent=True, deprecated=date(2026, 1, 1))
    def view() -> int:
        return 1

    client = serve(view, method="POST")
    answers = [client.post("/", headers=headers) for headers in (KEY, KEY, {})]
    assert [answer.status_code for answer in answers] == [200, 200, 400]
    assert [answer.headers.getlist("Deprecation") for answer in answers] == [["@1767225600"]] * 3


def test_a_body_that_fails() -> None:
    """A body that fails while it is made frees the key, as any other exception does."""
    runs: list[int] = []

    @endpoint(idempotent=True)
    def view() -> Any:
        def body() -> Iterator[bytes]:
            runs.append(1)
            yield b"a"
            raise ZeroDivisionError

        return Response(body())

    client = serve(view, method="POST")
    assert [client.post("/", headers=KEY).status_code for _ in range(2)] == [500, 500]
    assert len(runs) == 2


def test_a_short_stream_is_kept() -> None:
    """A streamed body that is short enough is given again, and closed once."""
    closed: list[int] = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"a", b"b"])

        def close(self) -> None:
            closed.append(1)

    @endpoint(idempotent=True)
    def view() -> Any:
        return Response(Body())

    client = serve(view, method="POST")
    assert [client.post("/", headers=KEY, buffered=True).data for _ in range(2)] == [b"ab", b"ab"]
    assert closed == [1]


@pytest.mark.parametrize("length", [None, 3_000_000], ids=["unknown length", "known length"])
def test_a_long_stream_is_sent_as_it_is_made(length: int | None) -> None:
    """Of a long stream no more is read ahead than is kept; it arrives whole, and is closed once."""
    made: list[int] = []
    closed: list[int] = []

    class Body:
        def __iter__(self) -> Iterator[bytes]:
            for number in range(30):
                made.append(number)
                yield b"x" * 100_000

        def close(self) -> None:
            closed.append(1)

    @endpoint(idempotent=True)
    def view() -> Any:
        headers = {} if length is None else {"Content-Length": str(length)}
        return Response(Body(), headers=headers)

    client = serve(view, method="POST")
    response = client.post("/", headers=KEY, buffered=False)
    body = iter(response.response)
    first = next(body)
    assert len(made) <= 11
    assert len(first) + sum(map(len, body)) == 3_000_000
    response.close()
    assert closed == [1]
    assert refusal(client.post("/", headers=KEY))[0] == 409
    assert len(made) == 30


def test_a_response_that_is_raised() -> None:
    """A whole response given to `abort` is an answer, and kept as one."""
    runs: list[int] = []

    @endpoint(idempotent=True, responses={402: "No money."})
    def view() -> None:
        runs.append(1)
        abort(make_response("no money", 402))

    client = serve(view, method="POST")
    answers = [client.post("/", headers=KEY) for _ in range(2)]
    assert [(answer.status_code, answer.text) for answer in answers] == [(402, "no money")] * 2
    assert len(runs) == 1


@pytest.mark.parametrize(("profile", "warnings"), [("prod", 1), ("dev", 0)])
def test_memory_in_production(profile: str, warnings: int, caplog: pytest.LogCaptureFixture) -> None:
    """In production a process warns once that its keys are in its own memory."""
    layer._warn_of_memory.cache_clear()
    client = baseline_app(lambda: {}, BASELINE_PROFILE=profile).test_client()
    for _ in range(2):
        assert client.post("/", headers=KEY, buffered=True).status_code == 200
    found = [record for record in caplog.records if "BASELINE_VALIDATION_IDEMPOTENCY_STORE" in record.message]
    assert [record.levelno for record in found] == [logging.WARNING] * warnings


def test_a_log_without_answers(postgres_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """What a client was answered is not in the error of a database that could not keep it."""
    admin = create_engine(postgres_url)

    def rename(old: str, new: str) -> None:
        with admin.begin() as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    def view() -> dict[str, str]:
        rename(sql.TABLE.name, "gone")
        return {"token": "planted"}

    client = baseline_app(view, BASELINE_VALIDATION_IDEMPOTENCY_STORE=postgres_url).test_client()
    response = client.post("/", headers={"Idempotency-Key": "log"}, buffered=True)
    rename("gone", sql.TABLE.name)
    admin.dispose()
    assert response.json == {"token": "planted"}
    assert "cannot be kept" in caplog.text
    # The beginning of the outcome, as JSON.
    assert '"body"' not in caplog.text


def test_a_database_that_hangs(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that does not answer in time is one that cannot be reached."""
    monkeypatch.setattr(sql, "_SECONDS", 1)
    client = baseline_app(lambda: {}, BASELINE_VALIDATION_IDEMPOTENCY_STORE=postgres_url).test_client()
    assert client.post("/", headers={"Idempotency-Key": "before"}, buffered=True).status_code == 200
    admin = create_engine(postgres_url)
    # The pool is left last: what waits for the lock must get it before.
    with ThreadPoolExecutor(1) as pool, admin.begin() as connection:
        connection.execute(text(f"LOCK TABLE {sql.TABLE.name} IN ACCESS EXCLUSIVE MODE"))
        request = pool.submit(client.post, "/", headers={"Idempotency-Key": "hung"}, buffered=True)
        # The lock is held until there is an answer.
        response = request.result(30)
    admin.dispose()
    assert refusal(response)[0] == 503


SESSION = {**KEY, "Cookie": "session=ada"}


def test_a_cookie_tells_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """Who calls with a cookie alone gets nobody's answer: it is refused, and the remedy logged once."""
    runs: list[int] = []

    @endpoint(idempotent=True)
    def view() -> int:
        runs.append(1)
        return len(runs)

    client = serve(view, method="POST")
    answers = [client.post("/", headers=SESSION) for _ in range(2)]
    assert [refusal(answer)[0] for answer in answers] == [400, 400]
    assert runs == []
    (message,) = caplog.messages
    assert "Say who calls: @endpoint(idempotent=lambda: " in message
    assert client.post("/", headers={**SESSION, "Authorization": "Bearer a"}).json == 1


def test_a_cookie_in_a_test() -> None:
    """In tests the mistake is an error."""

    @endpoint(idempotent=True)
    def view() -> int:
        return 1

    with pytest.raises(Exception, match="was called with a cookie and no Authorization"):
        serve(view, method="POST", TESTING=True).post("/", headers=SESSION)


def test_a_function_for_a_session() -> None:
    """With a function that says who calls a cookie is fine."""

    @endpoint(idempotent=lambda: "ada")
    def view() -> int:
        return 1

    assert serve(view, method="POST").post("/", headers=SESSION).json == 1
