"""What happens while nothing can be counted."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from flask_baseline._tallies import RATE_FAILURES, Tallies
from flask_baseline.ratelimit import counting, rate_limit
from tests import services

from .conftest import make_app, statuses

LOGGER = "flask_baseline.ratelimit"


def uncounted(app: Flask) -> int:
    """Return how many requests could not be counted."""
    tallies: Tallies = app.extensions["baseline"].setup.tallies
    return tallies.of(RATE_FAILURES)["store"]


class Hanging:
    """A server that takes connections and never says anything."""

    def __init__(self, listener: socket.socket) -> None:
        self.url = f"redis://:hunter2@127.0.0.1:{listener.getsockname()[1]}/0"
        self.taken: list[socket.socket] = []
        self._listener = listener
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self) -> None:
        while True:
            try:
                self.taken.append(self._listener.accept()[0])
            except OSError:
                return

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        for connection in self.taken:
            connection.close()


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    """Return a server that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Hanging(listener)
        yield server
        server.close()


@pytest.fixture(params=["refused", "hanging", "password", "database", "name"])
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a store that does not work, each with a secret in it."""
    if request.param == "hanging":
        yield request.getfixturevalue("hanging").url
    elif request.param == "password":
        with services.valkey(tmp_path) as url:
            with Redis.from_url(url) as client:
                client.config_set("requirepass", "another")
            yield url.replace("//", "//:hunter2@")
    elif request.param == "database":
        yield request.getfixturevalue("valkey_url").replace("//", "//:hunter2@").removesuffix("0") + "99999"
    elif request.param == "name":
        yield "redis://:hunter2@store.invalid:6379/0"
    else:
        yield f"redis://:hunter2@127.0.0.1:{services.free_port()}/0"


def test_open(broken: str, caplog: pytest.LogCaptureFixture) -> None:
    """By default requests pass, say nothing of a limit, and one warning names the key and no secret."""
    caplog.set_level(logging.INFO, LOGGER)
    app = make_app(store=broken, default="1/hour")
    client = app.test_client()

    answers = [client.get("/") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200] * 5
    assert not any("RateLimit" in answer.headers for answer in answers)
    assert uncounted(app) == 5
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "BASELINE_RATELIMIT_STORE" in record.getMessage()
    assert "requests are not counted" in record.getMessage()
    assert "BASELINE_RATELIMIT_ON_FAILURE is open" in record.getMessage()
    assert "hunter2" not in caplog.text
    assert "invalid" not in caplog.text


def test_closed(broken: str, caplog: pytest.LogCaptureFixture) -> None:
    """Closed, what has a limit is answered 503 with a problem, and what has none is served."""
    app = make_app(store=broken, on_failure="closed")
    rate_limit("1/hour")(app.view_functions["index"])
    client = app.test_client()

    answers = [client.get("/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [503] * 3
    assert answers[0].mimetype == "application/problem+json"
    assert answers[0].headers["Retry-After"] == "5"
    assert answers[0].json == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "The rate limit is unavailable.",
    }
    assert client.get("/other").status_code == 200
    assert "requests are answered 503" in caplog.text
    assert "hunter2" not in caplog.text


def test_a_page_for_503() -> None:
    """An error handler of the app for 503 makes the answer."""
    app = make_app(store=f"redis://127.0.0.1:{services.free_port()}", default="1/hour", on_failure="closed")
    app.register_error_handler(503, lambda error: (f"back in {error.retry_after} s", 503))

    assert app.test_client().get("/").text == "back in 5 s"


def test_one_request_waits(hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many requests to a store that hangs one waits, and the others are not held up."""
    monkeypatch.setattr(counting, "PAUSE", 600.0)
    app = make_app(store=hanging.url, default="1/hour")

    assert statuses(app, count=20) == [200] * 20
    assert len(hanging.taken) == 1


def test_it_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """When the store is back, requests are counted again, which is logged."""
    caplog.set_level(logging.INFO, LOGGER)
    port = services.free_port()
    monkeypatch.setattr(services, "free_port", lambda: port)
    monkeypatch.setattr(counting, "PAUSE", 0.0)
    app = make_app(store=f"redis://127.0.0.1:{port}/0", default="1/hour")
    assert statuses(app) == [200, 200, 200]

    with services.valkey(tmp_path):
        assert statuses(app) == [200, 429, 429]

    assert statuses(app) == [200, 200, 200]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert caplog.records[1].getMessage() == "the store of rate limits answers again"


def test_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that was started anew, and knows neither connections nor scripts, is used at once."""
    port = services.free_port()
    monkeypatch.setattr(services, "free_port", lambda: port)
    app = make_app(store=f"redis://127.0.0.1:{port}/0", default="1/hour", on_failure="closed")

    for _ in range(2):
        with services.valkey(tmp_path):
            assert statuses(app) == [200, 429, 429]
    assert uncounted(app) == 0
