"""OpenTelemetry's names and units in Prometheus, as OpenTelemetry specifies it."""

from __future__ import annotations

import pytest
from opentelemetry import metrics
from opentelemetry.metrics import Observation

from .pages import ask, make_app, read, scrape

meter = metrics.get_meter("names")

FAMILIES = {
    "dots": ("counter", "orders.placed", "", "orders_placed_total"),
    "total": ("counter", "orders.total", "", "orders_total"),
    "annotation": ("counter", "orders.sold", "{order}", "orders_sold_total"),
    "annotated-unit": ("counter", "traffic", "By{sent}", "traffic_bytes_total"),
    "unit-before-total": ("counter", "traffic.total", "By", "traffic_bytes_total"),
    "unit-is-there": ("counter", "sent.bytes", "By", "sent_bytes_total"),
    "unit-is-in-front": ("gauge", "seconds.left", "s", "seconds_left_seconds"),
    "unit-alone": ("gauge", "seconds", "s", "seconds"),
    "per": ("gauge", "speed", "m/s", "speed_meters_per_second"),
    "per-annotation": ("gauge", "rate", "{request}/s", "rate_per_second"),
    "per-one": ("gauge", "rate.of.one", "1/min", "rate_of_one_per_min"),
    "per-minute": ("gauge", "rate.of.minutes", "By/m", "rate_of_minutes_bytes_per_minute"),
    "ratio": ("gauge", "fill", "1", "fill_ratio"),
    "one-of-a-counter": ("counter", "tries", "1", "tries_total"),
    "one-that-goes-up-and-down": ("up_down", "level", "1", "level"),
    "percent": ("gauge", "fill.level", "%", "fill_level_percent"),
    "milliseconds": ("gauge", "delay", "ms", "delay_milliseconds"),
    "kibibytes": ("gauge", "heap", "KiBy", "heap_kibibytes"),
    "own-unit": ("gauge", "height", "furlong", "height_furlong"),
    "odd-unit": ("gauge", "width", "fur long^2", "width_fur_long_2"),
    "dashes": ("gauge", "a-b/c.d", "", "a_b_c_d"),
    "runs": ("gauge", "a..--__b", "", "a_b"),
    "at-the-end": ("gauge", "queue-", "", "queue"),
    "capitals": ("gauge", "QueueSize", "", "queuesize"),
}


@pytest.mark.parametrize(("kind", "name", "unit", "family"), FAMILIES.values(), ids=FAMILIES)
def test_families(kind: str, name: str, unit: str, family: str) -> None:
    """The family is called as the specification has it, its unit in words at the end."""
    app = make_app()
    with app.app_context():
        if kind == "gauge":
            meter.create_gauge(name, unit).set(1)
        elif kind == "counter":
            meter.create_counter(name, unit).add(1)
        else:
            meter.create_up_down_counter(name, unit).add(1)
    openmetrics = scrape(app, "application/openmetrics-text; version=1.0.0")
    assert family in {sample.name for sample in read(openmetrics)}
    assert family in {sample.name for sample in read(scrape(app))}


LABELS = {
    "dots": ({"http.route": "a"}, {"http_route": "a"}),
    "digit": ({"7up": "a"}, {"key_7up": "a"}),
    "dunder": ({"__name__": "a"}, {"name__": "a"}),
    "underscore": ({"_private": "a"}, {"_private": "a"}),
    "letters": ({"caf\xe9": "a"}, {"caf_": "a"}),
    "two-that-become-one": ({"a.b": "1", "a-b": "2"}, {"a_b": "2;1"}),
    "scope": ({"otel_scope_name": "mine"}, {}),
}


@pytest.mark.parametrize(("attributes", "labels"), LABELS.values(), ids=LABELS)
def test_labels(attributes: dict[str, str], labels: dict[str, str]) -> None:
    """Attributes are labels; of two that become one name both values are told."""
    app = make_app()
    with app.app_context():
        meter.create_counter("labelled").add(1, attributes)
    (sample,) = [sample for sample in read(scrape(app)) if sample.name == "labelled_total"]
    assert sample.labels == {**labels, "otel_scope_name": "names"}


def test_a_label_that_histograms_have_themselves() -> None:
    """An attribute that is called as the limit of a bucket is kept beside it."""
    app = make_app()
    with app.app_context():
        histogram = meter.create_histogram("limited")
        histogram.record(1, {"le": "a"})
        histogram.record(1, {"le": "b"})
    assert {
        (sample.labels["exported_le"], sample.value)
        for sample in read(scrape(app))
        if sample.name == "limited_bucket" and sample.labels["le"] == "+Inf"
    } == {("a", 1), ("b", 1)}


CLASHES = {
    "counter-and-gauge": [("counter", "clash.one"), ("gauge", "clash.one")],
    "two-units": [("gauge", "clash.two.seconds", ""), ("gauge", "clash.two", "s")],
    "gauge-called-as-a-counters-sample": [("counter", "clash.three"), ("gauge", "clash.three.total")],
    "gauge-called-as-a-histograms-sample": [("histogram", "clash.four"), ("gauge", "clash.four.count")],
    "gauge-called-as-ours": [("gauge", "target.info"), ("gauge", "target.info")],
}


@pytest.mark.parametrize("instruments", CLASHES.values(), ids=CLASHES)
def test_clashes(caplog: pytest.LogCaptureFixture, instruments: list[tuple[str, ...]]) -> None:
    """Of two instruments that cannot both be there the second is left out, which is told once."""
    app = make_app()
    with app.app_context():
        for kind, *names in instruments:
            instrument = getattr(meter, f"create_{kind}")(*names)
            (instrument.add if kind == "counter" else getattr(instrument, "set", None) or instrument.record)(
                1
            )
    caplog.clear()
    for accept in ("text/plain", "application/openmetrics-text; version=1.0.0"):
        assert read(scrape(app, accept))
    (record,) = [record for record in caplog.records if record.name == "flask_baseline.metrics"]
    assert record.getMessage().startswith("two instruments are ")
    assert record.getMessage().endswith(
        " in Prometheus, with different types or units; the second is left out. Fix: rename one."
    )


def test_names_that_become_one() -> None:
    """Instruments of one kind whose names become the same are added up, also those of two meters."""
    app = make_app()
    with app.app_context():
        meter.create_counter("shared.name").add(1)
        meter.create_counter("shared-name").add(2)
        metrics.get_meter("other").create_counter("shared.name").add(4)
    found = {
        sample.labels["otel_scope_name"]: sample.value
        for sample in read(scrape(app))
        if sample.name == "shared_name_total"
    }
    assert found == {"names": 3, "other": 4}


@pytest.mark.parametrize("method", ["counter", "histogram", "gauge", "observable_gauge"])
@pytest.mark.parametrize("name", ["", "7up", "a b", "a" * 300, "caf\xe9"])
def test_wrong_names(method: str, name: str) -> None:
    """A name that OpenTelemetry does not take is refused where the instrument is made."""
    with pytest.raises(Exception, match="Expected ASCII string of maximum length"):
        getattr(meter, f"create_{method}")(name)


def test_a_wrong_name_breaks_no_app() -> None:
    """Apps that come after a refused instrument count as ever."""
    with pytest.raises(Exception, match="Expected ASCII"):
        meter.create_observable_gauge("not a name", [lambda _: [Observation(1)]])
    app = make_app()
    ask(app)
    assert "http_server_request_duration_seconds_count" in scrape(app)
