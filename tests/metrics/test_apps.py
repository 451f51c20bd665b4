"""Several apps in one process, and apps that nobody uses any more."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref

import pytest
from opentelemetry import metrics

from tests.otlp import receiver

from .pages import DURATION, ask, make_app, scrape, value

meter = metrics.get_meter("apps")
counter = meter.create_counter("a.counter")


def test_two_apps() -> None:
    """Each app counts its own requests and what its own code counts, in turn too."""
    shop, stock = make_app("shop"), make_app("stock")
    for app, path in ((shop, "/s"), (stock, "/t"), (shop, "/s")):
        if not app.view_functions.get("view"):
            app.add_url_rule(path, "view", lambda: counter.add(1) or "")
        ask(app, path)
    assert [value(app, f"{DURATION}_count") for app in (shop, stock)] == [2, 1]
    assert [value(app, "a_counter_total") for app in (shop, stock)] == [2, 1]
    assert 'http_route="/t"' not in scrape(shop)


def test_an_app_inside_of_another() -> None:
    """A request that one app sends to another counts in each of them."""
    inner, outer = make_app("inner"), make_app("outer")
    inner.add_url_rule("/in", view_func=lambda: counter.add(1) or "")
    outer.add_url_rule(
        "/out", view_func=lambda: [counter.add(10), ask(inner, "/in"), counter.add(10)][1].data
    )
    ask(outer, "/out")
    assert [value(app, "a_counter_total") for app in (inner, outer)] == [1, 20]


def test_outside_of_any_app() -> None:
    """What is counted where there is no app goes to the one that was made last."""
    first, last = make_app("first"), make_app("last")
    thread = threading.Thread(target=counter.add, args=(4,))
    thread.start()
    thread.join()
    assert value(last, "a_counter_total") == 4
    with pytest.raises(KeyError):
        value(first, "a_counter_total")


@pytest.mark.parametrize("exporter", ["prometheus", "both"])
def test_an_app_that_is_gone(monkeypatch: pytest.MonkeyPatch, exporter: str) -> None:
    """An app that nobody has any more is freed, and its threads end."""
    with receiver() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.http_url)
        app = make_app(exporter=exporter)
        ask(app)
        ask(app, "/metrics")
        threads = [thread for thread in threading.enumerate() if thread.name.startswith("baseline-metrics")]
        assert len(threads) == (exporter == "both")
        gone = weakref.ref(app)
        del app
        gc.collect()
        assert gone() is None
        for thread in threads:
            thread.join(30)
            assert not thread.is_alive()


def test_many_apps() -> None:
    """Apps that come and go leave nothing that is asked at each look for the current one."""
    for number in range(20):
        with make_app(f"app-{number}").app_context():
            counter.add(1)
    gc.collect()
    app = make_app()
    assert len(scrape(app).splitlines()) < 100


PROVIDER = """
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider([reader]))
from flask import Flask
from flask_baseline import Baseline
app = Flask("shop")
app.config["BASELINE_LOGGING_ENABLED"] = False
Baseline(app)
metrics.get_meter("shop").create_counter("orders").add(3)
client = app.test_client()
client.get("/", buffered=True)
page = client.get("/metrics").text
print("orders" in page, "http_server_request_duration_seconds_count" in page)
print([metric.name for found in reader.get_metrics_data().resource_metrics
       for scope in found.scope_metrics for metric in scope.metrics])
"""


def test_a_provider_of_the_apps_own() -> None:
    """A meter provider that is set before keeps the app's instruments, which a warning says."""
    done = subprocess.run(
        [sys.executable, "-c", PROVIDER], env={**os.environ}, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.splitlines() == ["False True", "['orders']"]
    assert done.stderr.splitlines() == [
        "a meter provider is set already, MeterProvider: the app's own instruments are there, and not in "
        "BASELINE_METRICS_PATH. Fix: remove metrics.set_meter_provider(), or set "
        "BASELINE_METRICS_ENABLED=False."
    ]


MISSING = """
import sys
sys.modules[{module!r}] = None
from flask import Flask
from flask_baseline import Baseline
from flask_baseline.errors import MissingExtraError
app = Flask("shop")
app.config["BASELINE_METRICS_EXPORTER"] = {exporter!r}
try:
    Baseline(app)
except MissingExtraError as error:
    print(error)
print("baseline" in app.extensions)
"""

EXTRAS = {
    "prometheus": (
        "prometheus_client",
        "prometheus",
        "BASELINE_METRICS_EXPORTER needs prometheus_client, which is not installed. "
        'Fix: pip install "flask-baseline[prometheus]".',
    ),
    "otlp": (
        "opentelemetry.exporter.otlp.proto.http",
        "otlp",
        "BASELINE_METRICS_EXPORTER needs the OTLP exporter, which is not installed. "
        'Fix: pip install "flask-baseline[otlp]".',
    ),
}


@pytest.mark.parametrize(("module", "exporter", "message"), EXTRAS.values(), ids=EXTRAS)
def test_a_missing_package(module: str, exporter: str, message: str) -> None:
    """An exporter without its package is an error that names the extra, before the app is touched."""
    program = MISSING.format(module=module, exporter=exporter)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.stdout.splitlines(), done.stderr) == ([message, "False"], "")
