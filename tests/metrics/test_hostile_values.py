"""Attributes and amounts of every type: one of them never costs the page."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from opentelemetry import metrics

from tests.prometheus import promtool

from .pages import OPENMETRICS, make_app, read, scrape

meter = metrics.get_meter("hostile")
counter, gauge = meter.create_counter("h.counter"), meter.create_gauge("h.gauge")


class Bad:
    """Can be told for a while."""

    is_broken = False

    def __str__(self) -> str:
        if self.is_broken:
            raise LookupError
        return "bad"

    __repr__ = __str__


ATTRIBUTES: dict[str, tuple[Any, str]] = {
    "text": ("red", "red"),
    "empty": ("", ""),
    "true": (True, "true"),
    "integer": (7, "7"),
    "float": (0.5, "0.5"),
    "none": (None, "None"),
    "texts": (("a", "b"), '["a", "b"]'),
    "numbers": ((1, 2.5, True, None), "[1, 2.5, true, null]"),
    "bytes": (b"\xff\x00", "/wA="),
    "bytes-in-a-tuple": ((b"a",), "[\"b'a'\"]"),
    "newline": ("a\nb", "a\nb"),
    "return": ("a\r\nb", "a\r\nb"),
    "quote": ('a"b', 'a"b'),
    "backslash": ("a\\b\\nc", "a\\b\\nc"),
    "forged-sample": ('"} 1\nforged_total 7\n', '"} 1\nforged_total 7\n'),
    "braces": ("{a=1}", "{a=1}"),
    "letters": ("S\xe3o Paulo \U0001f642", "S\xe3o Paulo \U0001f642"),
    "separators": ("a\u2028b\x85c", "a\u2028b\x85c"),
    "nul": ("a\x00b", "a\x00b"),
    "lone-surrogate": ("a\udce9b", "a\ufffd\ufffd\ufffdb"),
    "long": ("x" * 9_000, "x" * 8192 + "...[cut]"),
    "object": (Fraction(1, 3), "1/3"),
}


@pytest.mark.parametrize(("attribute", "text"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_attributes(attribute: Any, text: str) -> None:
    """A label has the text of its attribute, whatever that is, in both formats."""
    app = make_app()
    with app.app_context():
        counter.add(3, {"key": attribute})
    for accept in ("text/plain", OPENMETRICS):
        (sample,) = [sample for sample in read(scrape(app, accept)) if sample.name == "h_counter_total"]
        assert (sample.labels["key"], sample.value) == (text, 3)


def test_what_cannot_be_told() -> None:
    """An attribute whose text fails by the time of the scrape has a label all the same."""
    app, bad = make_app(), Bad()
    with app.app_context():
        counter.add(1, {"key": bad})  # type: ignore[dict-item]
        counter.add(1, {"key": (bad,)})  # type: ignore[dict-item]
    bad.is_broken = True
    labels = {s.labels["key"] for s in read(scrape(app)) if s.name == "h_counter_total"}
    # A newer SDK makes them text at once.
    assert labels in ({"<unprintable Bad>", "<unprintable tuple>"}, {"bad", '["bad"]'})


def test_promtool_takes_them() -> None:
    """Prometheus' own parser takes the page with all of them."""
    app = make_app()
    with app.app_context():
        for attribute, _ in ATTRIBUTES.values():
            counter.add(1, {"key": attribute})
    done = promtool("check", "metrics", input=scrape(app).encode())
    # It has only something to say about a missing help text.
    assert done.returncode in (0, 3), done.stderr
    assert "error while linting" not in done.stderr


def test_attributes_that_become_the_same() -> None:
    """Series whose labels are the same as text are added up, and none of them is lost."""
    app = make_app()
    with app.app_context():
        for attribute in (1, "1", True, "true", None, "None"):
            counter.add(1, {"key": attribute})  # type: ignore[dict-item]
    found = {s.labels["key"]: s.value for s in read(scrape(app)) if s.name == "h_counter_total"}
    # To Python 1 and True are the same key.
    assert sum(found.values()) == 6
    assert len(found) in (3, 2)


AMOUNTS: dict[str, tuple[Any, float]] = {
    "integer": (7, 7),
    "negative": (-0.5, -0.5),
    "large": (2**62, 2.0**62),
    "larger": (2**70, 2.0**70),
    "huge": (10**400, math.inf),
    "negative-huge": (-(10**400), -math.inf),
    "tiny": (5e-324, 5e-324),
    "boolean": (True, 1),
    "decimal": (Decimal("1.5"), 1.5),
    "fraction": (Fraction(1, 4), 0.25),
    "infinity": (math.inf, math.inf),
    "nan": (math.nan, math.nan),
    "text": ("12", math.nan),
}


@pytest.mark.parametrize(("amount", "shown"), AMOUNTS.values(), ids=AMOUNTS)
def test_amounts(amount: Any, shown: float) -> None:
    """Any amount is a number on the page, or the SDK refuses it where it is set."""
    app = make_app()
    with app.app_context():
        counter.add(1)
        try:
            gauge.set(amount)
        except (TypeError, ValueError, OverflowError):
            shown = math.nan
    samples = {sample.name: sample.value for sample in read(scrape(app))}
    assert samples["h_counter_total"] == 1
    assert samples.get("h_gauge", math.nan) == pytest.approx(shown, nan_ok=True) or math.isinf(shown)


def test_sums_that_are_no_numbers() -> None:
    """Counters and histograms of what is no number, where the SDK takes it, do not spoil the page."""
    app, other = make_app(), meter.create_counter("h.other")
    with app.app_context():
        other.add(1)
        histogram = meter.create_histogram("h.histogram")
        for amount in (math.inf, math.nan):
            counter.add(amount)
            histogram.record(amount)
    for accept in ("text/plain", OPENMETRICS):
        assert "h_other_total" in {sample.name for sample in read(scrape(app, accept))}
