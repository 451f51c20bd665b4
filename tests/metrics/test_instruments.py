"""The app's own instruments."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable
from typing import Any

import pytest
from flask import Flask, Response
from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Observation

from flask_baseline import Baseline

from .pages import ask, make_app, read, scrape, value, values

meter = metrics.get_meter("shop")
# At import, before there is any app.
counter = meter.create_counter("i.counter")
up_down = meter.create_up_down_counter("i.level")
histogram = meter.create_histogram("i.weight", explicit_bucket_boundaries_advisory=[1, 10])
gauge = meter.create_gauge("i.room")


def _count() -> str:
    counter.add(2, {"color": "red"})
    up_down.add(5)
    up_down.add(-2)
    histogram.record(4)
    gauge.set(20)
    gauge.set(21)
    return ""


def _count_late() -> str:
    late = metrics.get_meter("late")
    late.create_counter("i.counter").add(2, {"color": "red"})
    level = late.create_up_down_counter("i.level")
    level.add(5)
    level.add(-2)
    late.create_histogram("i.weight", explicit_bucket_boundaries_advisory=[1, 10]).record(4)
    late.create_gauge("i.room").set(21)
    return ""


@pytest.mark.parametrize("view", [_count, _count_late], ids=["at-import", "in-a-request"])
def test_every_kind(view: Callable[[], str]) -> None:
    """Counters, up-down counters, histograms and gauges show, wherever they are made."""
    app = make_app()
    app.add_url_rule("/", view_func=view)
    for _ in range(2):
        ask(app)
    assert values(app, "i_counter_total") == {"red": 4}
    assert values(app, "i_level") == {"": 6}
    assert values(app, "i_weight_bucket") == {"1.0": 0, "10.0": 2, "+Inf": 2}
    assert (value(app, "i_weight_sum"), value(app, "i_weight_count")) == (8, 2)
    assert values(app, "i_room") == {"": 21}


def test_before_the_app_serves() -> None:
    """What is counted in the app's context before its first request is there, without any of requests."""
    app = make_app()
    with app.app_context():
        counter.add(7)
    assert value(app, "i_counter_total") == 7


def test_in_a_streamed_body() -> None:
    """A stream counts for its app, although it has no context of Flask's any more."""
    app = make_app()
    make_app("other")

    @app.get("/")
    def stream() -> Response:
        return Response(str(counter.add(1)) for _ in range(3))

    ask(app)
    assert value(app, "i_counter_total") == 3


def _generator() -> Generator[Iterable[Observation], CallbackOptions, None]:
    yield []
    number = 0
    while True:
        number += 1
        yield [Observation(number, {"queue": "a"})]


def test_observable_instruments() -> None:
    """Callbacks are asked at each scrape."""
    app = make_app()
    with app.app_context():
        meter.create_observable_counter("o.counter", [lambda _: [Observation(3)]], "By", "Sent.")
        meter.create_observable_up_down_counter("o.level", callbacks=[lambda _: [Observation(-1)]])
        meter.create_observable_gauge(
            "o.room", [lambda _: [Observation(1, {"a": 1})], lambda _: [Observation(2, {"a": 2})]]
        )
        meter.create_observable_gauge("o.none")
    assert value(app, "o_counter_bytes_total") == 3
    assert "# HELP o_counter_bytes_total Sent.\n" in scrape(app)
    assert value(app, "o_level") == -1
    assert values(app, "o_room") == {"1": 1, "2": 2}
    with pytest.raises(KeyError):
        value(app, "o_none")


def test_a_generator_as_callback() -> None:
    """A generator goes on at each scrape, and has an end."""

    def ends() -> Generator[Iterable[Observation], CallbackOptions, None]:
        yield []
        yield [Observation(9)]

    app = make_app()
    with app.app_context():
        meter.create_observable_gauge("g.endless", [_generator()])
        meter.create_observable_gauge("g.ends", [ends()])
    assert [value(app, "g_endless") for _ in range(3)] == [1, 2, 3]
    with pytest.raises(KeyError):
        value(app, "g_ends")


def test_callbacks_for_all_apps() -> None:
    """An instrument with callbacks that is made outside of any app shows the process to each of them."""
    before = make_app("before")
    meter.create_observable_gauge("o.process", [lambda _: [Observation(7)]], "", "Of the process.")
    after = make_app("after")
    assert [value(app, "o_process") for app in (before, after)] == [7, 7]


def test_callbacks_of_a_factory() -> None:
    """An instrument that a factory makes again for each app has the callback of the latest in that one."""
    apps = []
    for number in (1, 2):
        answer = [Observation(number)]
        meter.create_observable_gauge("o.factory", [lambda _, answer=answer: answer], "", "Of a factory.")
        apps.append(make_app())
    assert [value(app, "o_factory") for app in apps] == [1, 2]


def test_callbacks_of_one_app() -> None:
    """An instrument with callbacks that is made in an app's context is of that app alone."""
    one, other = make_app("one"), make_app("other")
    with one.app_context():
        meter.create_observable_gauge("o.one", [lambda _: [Observation(1)]])
    assert value(one, "o_one") == 1
    with pytest.raises(KeyError):
        value(other, "o_one")


def _fail(_: CallbackOptions) -> list[Observation]:
    raise LookupError("no database")


BROKEN: dict[str, Callable[[CallbackOptions], Any]] = {
    "raises": _fail,
    "none": lambda _: None,
    "numbers": lambda _: [1, 2],
    "raises-later": lambda _: (1 / 0 for _ in range(1)),
}


@pytest.mark.parametrize("callback", BROKEN.values(), ids=BROKEN)
def test_a_callback_that_fails(caplog: pytest.LogCaptureFixture, callback: Callable[..., Any]) -> None:
    """A callback that fails is logged once, and costs nothing but its own series."""
    app = make_app()
    with app.app_context():
        meter.create_observable_gauge("o.broken", [callback, lambda _: [Observation(3)]])
        counter.add(1)
    assert [value(app, "o_broken") for _ in range(3)] == [3] * 3
    assert value(app, "i_counter_total") == 1
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("flask_baseline.metrics", logging.ERROR)
    assert record.getMessage() == "the callback of o.broken failed; it is logged once and asked again"


def test_a_callback_that_recovers() -> None:
    """A callback that has failed is asked again."""
    answers = iter([None, [Observation(5)]])
    app = make_app()
    with app.app_context():
        meter.create_observable_gauge("o.again", [lambda _: next(answers)])  # type: ignore[list-item,return-value]
    assert "o_again" not in scrape(app)
    assert value(app, "o_again") == 5


def test_the_same_instrument_twice(caplog: pytest.LogCaptureFixture) -> None:
    """An instrument that is made again counts on."""
    app = make_app()
    with app.app_context():
        for _ in range(3):
            meter.create_counter("i.again", "By", "Again.").add(1)
    assert value(app, "i_again_bytes_total") == 3
    assert caplog.records == []


@pytest.mark.parametrize("kind", ["counter", "up_down_counter", "histogram"])
def test_two_descriptions(kind: str) -> None:
    """Instruments that differ in their descriptions alone are added up."""
    app = make_app()
    with app.app_context():
        for what, amount in (("One.", 1), ("Two.", 2)):
            instrument = getattr(meter, f"create_{kind}")("i.described", description=what)
            (instrument.record if kind == "histogram" else instrument.add)(amount)
    names = {"counter": "i_described_total", "up_down_counter": "i_described", "histogram": "i_described_sum"}
    assert value(app, names[kind]) == 3


@pytest.mark.parametrize("use", ["add", "record", "set"])
def test_without_an_app(use: str) -> None:
    """What is counted in an app without metrics is dropped, and raises nothing."""
    silent = Flask("silent")
    silent.config["BASELINE_METRICS_ENABLED"] = False
    Baseline(silent)
    app = make_app()
    with silent.app_context():
        {"add": counter.add, "record": histogram.record, "set": gauge.set}[use](1)
        up_down.add(1)
        meter.create_observable_gauge("o.silent", [lambda _: [Observation(1)]])
    assert [sample.name for sample in read(scrape(app)) if sample.name.startswith(("i_", "o_silent"))] == []
