"""Apps that count, and what their page says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Flask
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain
from prometheus_client.samples import Sample
from werkzeug.test import TestResponse

from flask_baseline import Baseline
from flask_baseline._features import FEATURES

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
DURATION = "http_server_request_duration_seconds"

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def make_app(name: str = "shop", *, features: Collection[str] = ("metrics",), **options: object) -> Flask:
    """Return an app with a few of the features; keywords are ``BASELINE_METRICS_*`` settings."""
    app = Flask(name)
    app.config["BASELINE_PROFILE"] = "test"
    app.config.update({f"BASELINE_METRICS_{key.upper()}": value for key, value in options.items()})
    if "tracing" in features:
        app.config["BASELINE_TRACING_EXPORTER"] = "memory"
    Baseline(app, features=[spec for spec in FEATURES if spec.name in features])
    return app


def ask(app: Flask, path: str = "/", method: str = "GET", **kwargs: Any) -> TestResponse:
    """Send one request whose response is read and closed."""
    return app.test_client().open(path, method=method, buffered=True, **kwargs)


def scrape(app: Flask, accept: str = "text/plain") -> str:
    """Return the page."""
    response = ask(app, "/metrics", headers={"Accept": accept})
    assert response.status_code == 200
    return response.text


def read(text: str) -> list[Sample]:
    """Return the samples of a page in either format; whatever is there twice is an error."""
    families = [*(openmetrics(text) if text.endswith("# EOF\n") else plain(text))]
    samples = [sample for family in families for sample in family.samples]
    keys = [(sample.name, frozenset(sample.labels.items())) for sample in samples]
    assert len(keys) == len(set(keys))
    return samples


def values(app: Flask, name: str, *, without: Collection[str] = ("otel_scope_name",)) -> dict[str, float]:
    """Return the values of the series called *name*, by the values of their labels."""
    return {
        ",".join(
            value for label, value in sorted(sample.labels.items()) if label not in without
        ): sample.value
        for sample in read(scrape(app))
        if sample.name == name
    }


def value(app: Flask, name: str, **labels: str) -> float:
    """Return the sum of the series called *name* that have all *labels*; KeyError where there is none."""
    found = [
        sample.value
        for sample in read(scrape(app))
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    if not found:
        raise KeyError(name)
    return sum(found)
