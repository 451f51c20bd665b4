"""Where telemetry goes, and by which protocol, as OpenTelemetry's variables say."""

from __future__ import annotations

import importlib.util
import threading
from importlib.machinery import ModuleSpec

import pytest
from flask import Flask

from flask_baseline import Baseline
from flask_baseline.errors import MissingExtraError
from flask_baseline.telemetry.endpoint import Signal, has_endpoint, is_disabled
from flask_baseline.telemetry.otlp import exporter_of, protocol
from tests.otlp import receiver
from tests.programs import run

ALL, TRACES = "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"

PROTOCOLS = {
    "nothing-set": ("otlp", {}, "http"),
    "grpc": ("otlp", {ALL: "grpc"}, "grpc"),
    "http": ("otlp", {ALL: "http/protobuf"}, "http"),
    "spaces": ("otlp", {ALL: " grpc "}, "grpc"),
    "of-the-signal-first": ("otlp", {ALL: "http/protobuf", TRACES: "grpc"}, "grpc"),
    "of-the-signal-first-http": ("otlp", {ALL: "grpc", TRACES: "http/protobuf"}, "http"),
    "empty-is-not-set": ("otlp", {ALL: "grpc", TRACES: ""}, "grpc"),
    "blank-is-not-set": ("otlp", {ALL: "grpc", TRACES: "  "}, "grpc"),
    "of-another-signal": ("otlp", {"OTEL_EXPORTER_OTLP_METRICS_PROTOCOL": "grpc"}, "http"),
    "by-name": ("otlp-grpc", {}, "grpc"),
    "by-name-whatever-is-set": ("otlp-grpc", {ALL: "http/protobuf"}, "grpc"),
}


@pytest.mark.parametrize(("exporter", "environ", "expected"), PROTOCOLS.values(), ids=PROTOCOLS)
def test_the_protocol(
    caplog: pytest.LogCaptureFixture, exporter: str, environ: dict[str, str], expected: str
) -> None:
    """The exporter's name decides, then the variable of the signal, then that of all; else it is HTTP."""
    assert protocol("traces", exporter, environ) == expected
    assert not caplog.records


@pytest.mark.parametrize("value", ["http/json", "GRPC", "http", "https://collector"])
def test_an_unknown_protocol(caplog: pytest.LogCaptureFixture, value: str) -> None:
    """A protocol that there is not is told, and the next variable holds."""
    assert protocol("traces", "otlp", {TRACES: value, ALL: "grpc"}) == "grpc"
    assert [record.getMessage() for record in caplog.records] == [
        f"{TRACES} is neither grpc nor http/protobuf, and is ignored"
    ]


ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"

ENDPOINTS: dict[str, tuple[Signal, dict[str, str], bool]] = {
    "none": ("traces", {}, False),
    "of-all": ("traces", {ENDPOINT: "http://collector:4318"}, True),
    "of-all-for-logs": ("logs", {ENDPOINT: "http://collector:4318"}, True),
    "of-the-signal": ("metrics", {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://collector"}, True),
    "of-another-signal": ("traces", {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://collector"}, False),
    "empty": ("traces", {ENDPOINT: ""}, False),
    "blank": ("traces", {ENDPOINT: "  "}, False),
    "disabled": ("traces", {ENDPOINT: "http://collector", "OTEL_SDK_DISABLED": "true"}, False),
    "disabled-is-false": ("traces", {ENDPOINT: "http://collector", "OTEL_SDK_DISABLED": "false"}, True),
}


@pytest.mark.parametrize(("signal", "environ", "expected"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_an_endpoint(signal: Signal, environ: dict[str, str], expected: bool) -> None:
    """There is somewhere to send a signal if its variable or that of all says where."""
    assert has_endpoint(signal, environ) is expected


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), (" TRUE ", True), ("1", False), ("yes", False), ("", False)]
)
def test_disabled(value: str, expected: bool) -> None:
    """Only the word true turns telemetry off, as OpenTelemetry has it."""
    assert is_disabled({"OTEL_SDK_DISABLED": value}) is expected


@pytest.mark.parametrize(
    "setting", ["TRACING_EXPORTER", "METRICS_EXPORTER", "LOGGING_EXPORTER"], ids=str.lower
)
def test_a_missing_package(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    """Without the exporter's package the app does not start, and the error names the extra."""
    find_spec = importlib.util.find_spec

    def not_found(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name.startswith("opentelemetry.exporter.otlp.proto") else find_spec(name, package)

    monkeypatch.setattr("flask_baseline.telemetry.otlp.find_spec", not_found)
    app = Flask("shop")
    app.config[f"BASELINE_{setting}"] = "otlp"
    with pytest.raises(MissingExtraError) as error:
        Baseline(app)
    assert str(error.value) == (
        f"BASELINE_{setting} needs the OTLP exporter, which is not installed. "
        'Fix: pip install "flask-baseline[otlp]".'
    )
    assert "baseline" not in app.extensions


def test_no_package_of_opentelemetrys_exporters(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the same error where not even the package around it is there."""

    def not_found(name: str, package: str | None = None) -> ModuleSpec | None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("flask_baseline.telemetry.otlp.find_spec", not_found)
    with pytest.raises(MissingExtraError):
        exporter_of("traces", "http", "BASELINE_TRACING_EXPORTER")


AT_THE_END = """
import logging, time
from flask import Flask
from flask_baseline import Baseline
from opentelemetry import trace

app = Flask("shop")
Baseline(app)
with app.app_context(), trace.get_tracer("job").start_as_current_span("work"):
    pass
"""


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_an_exporter_that_is_made_at_the_end(protocol: str) -> None:
    """A process that served nothing sends at its end, and a collector that hangs does not hold it up."""
    ended: list[int] = []
    with receiver("hang") as collector:
        url = collector.grpc_url if protocol == "grpc" else collector.http_url
        env = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": url,
            "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
            "BASELINE_METRICS_ENABLED": "false",
        }
        # With the exporter's own limit it takes 10 s and more; the collector lets go after the program.
        running = threading.Thread(target=lambda: ended.append(run(AT_THE_END, env).returncode))
        running.start()
        running.join(60)
        assert ended == [0]
        assert collector.requests >= 1
