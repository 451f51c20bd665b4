"""Apps that a test looks into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from opentelemetry import metrics, trace

from flask_baseline import Baseline
from tests.ending import end_telemetry

MakeApp = Callable[..., Flask]

tracer = trace.get_tracer("shop")
meter = metrics.get_meter("shop")
placed = meter.create_counter("orders.placed")
sizes = meter.create_histogram("orders.size")
staff = meter.create_gauge("shop.staff")
waiting = meter.create_up_down_counter("orders.waiting")


@pytest.fixture
def make_app() -> Iterator[MakeApp]:
    """Return what makes an app that places orders; keywords are ``BASELINE_*`` settings."""

    def make_app(name: str = "shop", **settings: Any) -> Flask:
        app = Flask(name)
        app.config.update(BASELINE_TRACING_EXPORTER="memory", BASELINE_METRICS_EXPORTER="memory")
        app.config.update({f"BASELINE_{key}": value for key, value in settings.items()})
        Baseline(app)

        @app.post("/orders/<kind>")
        def place(kind: str) -> tuple[str, int]:
            with tracer.start_as_current_span("reserve"):
                placed.add(2, {"order.kind": kind, "is-gift": True, "tags": ("a", "b")})
                sizes.record(5, {"order.kind": kind})
                waiting.add(1)
            return "", 201

        return app

    yield make_app
    end_telemetry()


def place(app: Flask, kind: str = "book") -> None:
    """Place an order."""
    assert app.test_client().post(f"/orders/{kind}", buffered=True).status_code == 201
