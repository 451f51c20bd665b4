"""`captured_metrics`: what a test sees of the metrics of an app."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from flask import Flask

from flask_baseline import Baseline
from flask_baseline.errors import NotInitializedError
from flask_baseline.testing import captured_metrics
from tests.otlp import receiver, refused_url
from tests.waiting import wait_until

from .conftest import MakeApp, place, placed, staff, waiting

DURATION = "http.server.request.duration"


def test_what_is_in_it(make_app: MakeApp) -> None:
    """A counter is what was added in the block, and a histogram how many values it got."""
    app = make_app()
    place(app)
    with captured_metrics(app) as counted:
        place(app)
        place(app)
    assert counted.value("orders.placed") == 4
    assert counted.count("orders.size") == 2
    assert counted.count(DURATION) == 2


def test_what_comes_after_the_block_is_not_in_it(make_app: MakeApp) -> None:
    """What the app counts later changes nothing."""
    app = make_app()
    with captured_metrics(app) as counted:
        place(app)
        assert counted.value("orders.placed") == 2
    place(app)
    assert counted.value("orders.placed") == 2
    assert counted.count("orders.size") == 1


ATTRIBUTES = {
    "none": ({}, 4),
    "one": ({"order_kind": "book"}, 2),
    "another": ({"order_kind": "pen"}, 2),
    "all": ({"order_kind": "book", "is_gift": True, "tags": ("a", "b")}, 2),
    "a-list": ({"tags": ["a", "b"]}, 4),
    "true-as-text": ({"is_gift": "true"}, 4),
    "false": ({"is_gift": False}, 0),
    "another-value": ({"order_kind": "cup"}, 0),
    "an-attribute-that-it-has-not": ({"colour": "red"}, 0),
    "one-that-fits-and-one-that-does-not": ({"order_kind": "book", "is_gift": False}, 0),
}


@pytest.mark.parametrize(("attributes", "total"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_attributes(make_app: MakeApp, attributes: dict[str, object], total: int) -> None:
    """The series that have all of the attributes are added up, each named with `_` for `.` and `-`."""
    app = make_app()
    with captured_metrics(app) as counted:
        place(app, "book")
        place(app, "pen")
    assert counted.value("orders.placed", **attributes) == total


def test_numbers_of_a_request(make_app: MakeApp) -> None:
    """A status is found as the number that it is."""
    app = make_app()
    with captured_metrics(app) as counted:
        place(app)
        app.test_client().get("/missing", buffered=True)
    assert counted.count(DURATION, http_response_status_code=201, http_route="/orders/<kind>") == 1
    assert counted.count(DURATION, http_response_status_code=404) == 1
    assert counted.count(DURATION) == 2


def test_what_goes_up_and_down(make_app: MakeApp) -> None:
    """A gauge, and a counter that goes up and down, is what it is, and not what it has changed by."""
    app = make_app()
    place(app)
    with captured_metrics(app) as counted:
        place(app)
        assert counted.value("orders.waiting") == 2
        with app.app_context():
            waiting.add(-2)
            staff.set(3, {"room": "till"})
            staff.set(4, {"room": "stock"})
        assert (counted.value("shop.staff"), counted.value("shop.staff", room="till")) == (7, 3)
    assert counted.value("orders.waiting") == 0
    assert counted.value("process.thread.count") >= 1


@pytest.mark.parametrize("name", ["orders.lost", "orders_placed", "ORDERS.PLACED", "orders.size"])
def test_a_name_that_is_not_counted(make_app: MakeApp, name: str) -> None:
    """A name that is unknown, or misspelt, or that of a histogram, is an error and not 0."""
    app = make_app()
    with captured_metrics(app) as counted:
        place(app)
    with pytest.raises(KeyError, match=name):
        counted.value(name)


@pytest.mark.parametrize("name", ["orders.sizes", "orders.placed"])
def test_a_histogram_that_there_is_not(make_app: MakeApp, name: str) -> None:
    """How many values a counter has got is no question."""
    app = make_app()
    with captured_metrics(app) as counted:
        place(app)
    with pytest.raises(KeyError, match=name):
        counted.count(name)


def test_a_name_that_is_known_and_idle(make_app: MakeApp) -> None:
    """What was counted before the block and not in it is 0."""
    app = make_app()
    place(app)
    with captured_metrics(app) as counted:
        pass
    assert counted.value("orders.placed") == counted.count("orders.size") == 0


def test_nested(make_app: MakeApp) -> None:
    """A block in a block sees its own part, and the outer one sees all."""
    app = make_app()
    with captured_metrics(app) as outer:
        place(app)
        with captured_metrics(app) as inner:
            place(app)
        place(app)
    assert (inner.value("orders.placed"), outer.value("orders.placed")) == (2, 6)


def test_two_apps(make_app: MakeApp) -> None:
    """Each block sees what its own app counts."""
    shop, stock = make_app("shop"), make_app("stock")
    with captured_metrics(shop) as of_shop, captured_metrics(stock) as of_stock:
        place(shop)
        place(stock)
        place(stock)
    assert (of_shop.value("orders.placed"), of_stock.value("orders.placed")) == (2, 4)
    assert (of_shop.count(DURATION), of_stock.count(DURATION)) == (1, 2)


def test_threads(make_app: MakeApp) -> None:
    """Requests that run at the same time are all counted."""
    app = make_app()
    with captured_metrics(app) as counted, ThreadPoolExecutor(4) as pool:
        [*pool.map(lambda _: place(app), range(40))]
    assert (counted.value("orders.placed"), counted.count(DURATION)) == (80, 40)


def test_an_exception_in_the_block(make_app: MakeApp) -> None:
    """A test that fails in the block can look at what was counted until then."""
    app = make_app()
    with suppress(ZeroDivisionError), captured_metrics(app) as counted:
        place(app)
        _ = 1 / 0
    place(app)
    assert counted.value("orders.placed") == 2


@pytest.mark.parametrize("exporter", ["memory", "none", "prometheus", "otlp", "otlp-grpc", "both"])
def test_every_exporter(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, exporter: str) -> None:
    """Whatever is done with metrics besides, the block sees them."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", refused_url())
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    app = make_app(METRICS_EXPORTER=exporter, METRICS_ENABLED=True)
    with captured_metrics(app) as counted:
        place(app)
    assert (counted.value("orders.placed"), counted.count(DURATION)) == (2, 1)


@pytest.mark.parametrize("preference", ["cumulative", "delta", "lowmemory"])
def test_what_is_captured_is_sent_too(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, preference: str
) -> None:
    """The collector gets what the block sees, and however it wants to count, the block counts the same."""
    monkeypatch.setenv("OTEL_METRIC_EXPORT_INTERVAL", "20")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", preference)
    with receiver() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.http_url)
        app = make_app(METRICS_EXPORTER="otlp")
        with captured_metrics(app) as counted:
            place(app)
            wait_until(lambda: collector.metric_points("orders.placed"))
            place(app)
        wait_until(lambda: len(collector.metric_points("orders.placed")) >= 2)
    assert (counted.value("orders.placed"), counted.count(DURATION)) == (4, 2)


def test_a_job(make_app: MakeApp) -> None:
    """What is counted in an app context, without a request, is seen."""
    app = make_app()
    with captured_metrics(app) as counted, app.app_context():
        placed.add(7)
    assert counted.value("orders.placed") == 7


def test_an_app_without_metrics() -> None:
    """The error names the app, and the key that turns metrics on."""
    app = Flask("shop")
    app.config["BASELINE_METRICS_ENABLED"] = False
    Baseline(app)
    with pytest.raises(NotInitializedError) as error, captured_metrics(app):
        pass
    assert str(error.value) == (
        "The feature metrics is off in the app 'shop'. Fix: set BASELINE_METRICS_EXPORTER to memory in "
        "its tests."
    )


def test_an_app_without_baseline() -> None:
    """The error says what is missing."""
    with pytest.raises(NotInitializedError, match="Baseline is not on the app 'shop'"):
        captured_metrics(Flask("shop")).__enter__()
