"""The dashboard and the rules ask for metrics that there are."""

from __future__ import annotations

import pytest

from .contents import RECORDS, RULES, TARGETS, selectors
from .names import METRICS, OF_PROMETHEUS, OF_TARGETS, labels_in, metrics_in

RECORDED: dict[str, tuple[str, ...]] = {rule["record"]: () for rule in RECORDS}
KNOWN = {**METRICS, **OF_PROMETHEUS, **RECORDED}
EXPRESSIONS = sorted({each["expr"] for each in (*TARGETS, *RULES)})


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_metrics_exist(expression: str) -> None:
    """Each expression is of metrics that a service shows or that a rule records."""
    assert metrics_in(expression)
    assert metrics_in(expression) - KNOWN.keys() == set()


@pytest.mark.parametrize("expression", [*EXPRESSIONS, *selectors()])
def test_labels_exist(expression: str) -> None:
    """Each label is one of the metric that it is used with."""
    for metrics, labels in labels_in(expression):
        has = {label for metric in metrics for label in KNOWN[metric]}
        assert labels - has - {*OF_TARGETS} == set()


def test_metrics_are_seen() -> None:
    """What reads PromQL finds metrics and labels in each form."""
    text = 'sum by (a, le) (rate(x_total{b=~"y\\"", c!="z{"}[5m] offset 1d)) / on (d) x:y > 5e3 and max(w)'
    assert metrics_in(text.replace('\\"', "").replace("z{", "z")) == {"x_total", "x:y", "w"}
    assert [labels for _, labels in labels_in('sum by (a) (x{b="c=d", e=~"f"})')] == [{"b", "e"}, {"a"}]


def test_every_metric_is_shown() -> None:
    """What a service counts is on the dashboard, but for what only averages need."""
    used = {metric for target in TARGETS for metric in metrics_in(target["expr"])}
    assert METRICS.keys() - used == {"http_server_request_duration_seconds_sum"}
