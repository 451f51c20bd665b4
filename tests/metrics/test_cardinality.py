"""What clients cannot do: make series."""

from __future__ import annotations

import logging
import random
import string
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from .pages import DURATION, ask, make_app, read, scrape, value, values

COUNT = f"{DURATION}_count"


def _shop(**options: object) -> Flask:
    app = make_app(**options)
    app.add_url_rule("/orders/<id>", view_func=lambda id: "ok")
    return app


def test_random_clients() -> None:
    """3,000 requests with hosts, paths, methods and headers at random add at most 3 series."""
    app = _shop()
    ask(app, "/orders/7")
    ask(app, "/missing")
    before = len(values(app, COUNT))
    client, rng = app.test_client(), random.Random(4)  # noqa: S311
    for _ in range(1_000):
        word = "".join(rng.choices(string.ascii_letters, k=8))
        host = {"Host": f"{word}.example", "User-Agent": word, "X-Forwarded-Host": word}
        client.open(f"/{word}?{word}", headers=host, buffered=True)
        client.open(f"/orders/{word}", headers=host, buffered=True)
        client.open("/orders/1", method=word.upper(), headers=host, buffered=True)
    assert len(values(app, COUNT)) - before <= 3
    assert value(app, COUNT) == 3_002


def test_unknown_methods() -> None:
    """Methods that HTTP does not have are one, and a method is what it says, not how it is written."""
    app = _shop()
    for method in ("FOO", "BAR", "get", "G\xcbT", "PROPFIND"):
        ask(app, "/orders/7", method)
    # The router takes a method of any case.
    assert values(app, COUNT) == {"_OTHER,405,1.1,http": 4, "_OTHER,200,/orders/<id>,1.1,http": 1}
    assert values(app, "http_server_active_requests") == {"_OTHER,http": 0}


def test_more_routes_than_the_limit(caplog: pytest.LogCaptureFixture) -> None:
    """Routes beyond `BASELINE_METRICS_MAX_ROUTES` share one series, and one warning names the key."""
    app = make_app(max_routes=2)
    for number in range(5):
        app.add_url_rule(f"/r{number}", view_func=lambda: "ok", endpoint=f"r{number}")
    for number in (0, 1, 2, 3, 4, 0, 3):
        ask(app, f"/r{number}")
    assert values(app, COUNT, without=("url_scheme", "network_protocol_version")) == {
        "GET,200,/r0": 2,
        "GET,200,/r1": 1,
        "GET,200,_OTHER": 4,
    }
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "more than 2 routes: the others share _OTHER. Fix: raise BASELINE_METRICS_MAX_ROUTES."
    ]


def test_a_root_that_changes(caplog: pytest.LogCaptureFixture) -> None:
    """An app whose root is another one at each request has no more series than routes are allowed."""
    app = _shop(max_routes=10)
    for number in range(300):
        ask(app, "/orders/7", environ_overrides={"SCRIPT_NAME": f"/tenant-{number}"})
    assert len(values(app, COUNT)) == 11
    assert value(app, COUNT) == 300
    assert value(app, COUNT, http_route="/tenant-0/orders/<id>") == 1
    assert value(app, COUNT, http_route="_OTHER") == 290
    assert len(caplog.records) == 1


def test_a_last_route_for_many_threads() -> None:
    """Threads that meet a new route at the same time count all of it under its name."""
    app = _shop(max_routes=1)
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(lambda number: ask(app, f"/orders/{number}"), range(200)):
            pass
    assert value(app, COUNT, http_route="/orders/<id>") == 200


def test_more_series_than_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit of series requests share one for each status, failures apart from successes."""
    monkeypatch.setattr("flask_baseline.metrics.requests.MAX_SERIES", 3)
    app = make_app(max_routes=100)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for number in range(8):
        app.add_url_rule(f"/r{number}", view_func=lambda: "ok", endpoint=f"r{number}")
    app.add_url_rule("/bad", view_func=lambda: 1 / 0)
    for number in range(8):
        ask(app, f"/r{number}")
    ask(app, "/bad")
    labels = ("http_route", "http_response_status_code", "error_type")
    found = {
        tuple(sample.labels.get(label, "") for label in labels)
        for sample in read(scrape(app))
        if sample.name == COUNT
    }
    assert found == {
        *((f"/r{number}", "200", "") for number in range(3)),
        ("_OTHER", "200", ""),
        ("_OTHER", "500", "_OTHER"),
    }
    assert value(app, COUNT) == 9


def test_more_kinds_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond what is remembered of kinds of requests each is counted as before."""
    monkeypatch.setattr("flask_baseline.metrics.requests.MAX_KINDS", 1)
    app = _shop()
    for _ in range(3):
        ask(app, "/orders/7")
        ask(app, "/orders/7", "HEAD")
    assert value(app, COUNT, http_request_method="GET") == value(app, COUNT, http_request_method="HEAD") == 3


ODD = {
    "no-protocol": ({"SERVER_PROTOCOL": None}, "GET,200,/orders/<id>,http"),
    "odd-protocol": ({"SERVER_PROTOCOL": "GOPHER/7"}, "GET,200,/orders/<id>,http"),
    "http-2": ({"SERVER_PROTOCOL": "HTTP/2"}, "GET,200,/orders/<id>,2,http"),
    "https": ({"wsgi.url_scheme": "https"}, "GET,200,/orders/<id>,1.1,https"),
    "odd-scheme": ({"wsgi.url_scheme": "javascript"}, "GET,200,/orders/<id>,1.1,http"),
    "root-of-other-letters": ({"SCRIPT_NAME": "/caf\xc3\xa9"}, None),
    "no-root": ({"SCRIPT_NAME": None}, "GET,200,/orders/<id>,1.1,http"),
}


@pytest.mark.parametrize(("environ", "series"), ODD.values(), ids=ODD)
def test_odd_servers(environ: dict[str, str | None], series: str | None) -> None:
    """What a server says that HTTP does not have is left out, and the request is counted."""
    app = _shop()

    def odd(given: dict[str, object], start_response: object) -> object:
        for name, text in environ.items():
            given.pop(name, None)
            if text is not None:
                given[name] = text
        return wsgi_app(given, start_response)  # type: ignore[arg-type]

    wsgi_app = app.wsgi_app
    app.wsgi_app = odd  # type: ignore[assignment,method-assign]
    ask(app, "/orders/7")
    app.wsgi_app = wsgi_app  # type: ignore[method-assign]
    assert value(app, COUNT) == 1
    if series is not None:
        assert values(app, COUNT) == {series: 1}
