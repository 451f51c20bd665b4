"""Who sends the telemetry."""

from __future__ import annotations

import os

import pytest
from flask import Flask

from flask_baseline import Baseline
from flask_baseline.telemetry.resource import resource_of
from tests.otlp import Receiver, receiver
from tests.programs import run
from tests.waiting import wait_until

SHOP = {"service.name": "shop", "service.version": "1.2"}


def test_what_it_has() -> None:
    """The service, the process, an instance, and what OpenTelemetry says of its SDK."""
    attributes = resource_of(SHOP).attributes
    assert attributes["service.name"] == "shop"
    assert attributes["service.version"] == "1.2"
    assert attributes["process.pid"] == os.getpid()
    assert attributes["telemetry.sdk.language"] == "python"
    assert len(str(attributes["service.instance.id"])) == 36


def test_the_operators_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `OTEL_RESOURCE_ATTRIBUTES` says is there, decoded; the names of the service are the app's."""
    monkeypatch.setenv(
        "OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test%20lab,service.name=other,team=a"
    )
    attributes = resource_of(SHOP).attributes
    assert attributes["deployment.environment.name"] == "test lab"
    assert (attributes["team"], attributes["service.name"]) == ("a", "shop")


def test_the_operators_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the operator calls the instance is kept, with the process behind it: each counts for itself."""
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=pod-7")
    assert resource_of(SHOP).attributes["service.instance.id"] == f"pod-7-{os.getpid()}"


def test_a_version_that_is_not_known() -> None:
    """A service without a version has none."""
    assert "service.version" not in resource_of({"service.name": "shop"}).attributes


SERVICES = {
    "the-apps-name": ({}, {}, "shop"),
    "our-key": ({"BASELINE_SERVICE_NAME": "till"}, {}, "till"),
    "the-variable": ({}, {"OTEL_SERVICE_NAME": "till"}, "till"),
    "the-attribute": ({}, {"OTEL_RESOURCE_ATTRIBUTES": "service.name=till"}, "till"),
    "the-variable-before-the-attribute": (
        {},
        {"OTEL_SERVICE_NAME": "till", "OTEL_RESOURCE_ATTRIBUTES": "service.name=other"},
        "till",
    ),
}


@pytest.mark.parametrize(("config", "environ", "name"), SERVICES.values(), ids=SERVICES)
def test_the_name_of_the_service(
    monkeypatch: pytest.MonkeyPatch, config: dict[str, str], environ: dict[str, str], name: str
) -> None:
    """The name that a collector sees is that of our key, or of OpenTelemetry's variables, or the app's."""
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    with receiver() as collector:
        app = sending_to(collector, monkeypatch)
        app.config.update(config)
        Baseline(app)
        app.test_client().get("/", buffered=True)
        wait_until(collector.spans)
        assert {span.resource["service.name"] for span in collector.spans()} == {name}


def test_all_signals_have_one_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spans, metrics and log records of a process, and of all its apps, have the same instance."""
    with receiver() as collector:
        for name in ("shop", "stock"):
            app = sending_to(collector, monkeypatch, name)
            app.config["BASELINE_LOGGING_EXPORTER"] = "otlp"
            Baseline(app)
            app.test_client().get("/", buffered=True)
        wait_until(lambda: len(collector.spans()) == len(collector.logs()) == 2)
        wait_until(lambda: len(collector.metric_points("http.server.request.duration")) >= 2)
        seen = [*collector.spans(), *collector.logs()]
        resources = [each.resource for each in seen]
        resources += [point.resource for point in collector.metric_points("http.server.request.duration")]
    assert {resource["service.name"] for resource in resources} == {"shop", "stock"}
    assert len({resource["service.instance.id"] for resource in resources}) == 1


def sending_to(collector: Receiver, monkeypatch: pytest.MonkeyPatch, name: str = "shop") -> Flask:
    """Return an app that is to send all that it has to *collector*, soon."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.http_url)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    for variable in ("OTEL_BSP_SCHEDULE_DELAY", "OTEL_BLRP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL"):
        monkeypatch.setenv(variable, "20")
    return Flask(name)


FORKS = """
import os
from flask_baseline.telemetry.resource import resource_of

def instance():
    return resource_of({"service.name": "shop"}).attributes["service.instance.id"]

mine = instance()
child = os.fork()
if child == 0:
    os._exit(0 if instance() != mine and instance() == instance() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), instance() == mine)
"""


def test_a_fork_is_another_instance() -> None:
    """A child is an instance of its own, and stays it."""
    done = run(FORKS)
    assert (done.stdout, done.stderr) == ("0 True\n", "")


GARBAGE = """
import logging
from flask import Flask
from flask_baseline import Baseline

app = Flask("shop")
Baseline(app)
logging.getLogger("job").warning("hello")
"""


def test_what_the_sdk_says_about_it_is_no_end() -> None:
    """A resource that the SDK warns about does not keep the log, which is sent with it, from being sent."""
    with receiver() as collector:
        env = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.http_url,
            "BASELINE_LOGGING_EXPORTER": "otlp",
            "BASELINE_METRICS_ENABLED": "false",
            "OTEL_RESOURCE_ATTRIBUTES": "garbage,team=a",
        }
        done = run(GARBAGE, env)
        assert done.returncode == 0
        assert "Traceback" not in done.stderr
        assert "longer than 5 seconds" not in done.stdout + done.stderr
        hello = next(log for log in collector.logs() if log.body == "hello")
    assert hello.resource["team"] == "a"
