"""When the feature is on, and what is refused at start."""

from __future__ import annotations

import pytest
from flask import Flask

from flask_baseline import Baseline, ConfigError
from flask_baseline.tracing.settings import TracingSettings

from .conftest import TRACING, MakeApp, run, spans_of


@pytest.mark.parametrize(
    ("settings", "environ", "expected"),
    [
        ({}, {}, False),
        ({}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, True),
        ({}, {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://x"}, True),
        ({}, {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://x"}, False),
        ({}, {"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, False),
        ({}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "TRUE"}, False),
        ({"exporter": "none"}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, False),
        ({"exporter": "memory"}, {}, True),
        ({"exporter": "memory"}, {"OTEL_SDK_DISABLED": "true"}, False),
        ({"exporter": "memory"}, {"OTEL_SDK_DISABLED": "false"}, True),
        ({"enabled": False, "exporter": "memory"}, {}, False),
        ({"enabled": True}, {}, True),
        ({"enabled": True}, {"OTEL_SDK_DISABLED": "true"}, True),
    ],
)
def test_whether_it_is_on(settings: dict[str, object], environ: dict[str, str], expected: bool) -> None:
    """By itself the feature is on where spans have somewhere to go, unless telemetry is turned off."""
    assert TracingSettings.model_validate(settings).is_on(Flask("shop"), environ) is expected


@pytest.mark.parametrize(
    ("environ", "problem"),
    [
        (
            {"OTEL_TRACES_EXPORTER": "otlp"},
            "BASELINE_TRACING_EXPORTER (app.config): contradicts OTEL_TRACES_EXPORTER. "
            "Fix: remove one of the two.",
        ),
        *(
            (
                {name: value},
                f"{name} (environment): is not a whole number from 0. Fix: correct it, or leave it unset.",
            )
            for name, value in (
                ("OTEL_SPAN_EVENT_COUNT_LIMIT", "many"),
                ("OTEL_SPAN_LINK_COUNT_LIMIT", "-1"),
                ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "1.5"),
                ("OTEL_ATTRIBUTE_COUNT_LIMIT", "x"),
                ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "x"),
            )
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_errors_at_start(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], problem: str
) -> None:
    """A variable that contradicts a setting, or that cannot be read, is an error that names it."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as error:
        make_app()
    assert str(error.value) == f"flask-baseline: 1 problem in the configuration (profile prod)\n  {problem}"


def test_a_variable_that_agrees(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that says what the setting says is no contradiction."""
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    assert len(spans_of(make_app(enabled=True, exporter="none"))) == 1


@pytest.mark.parametrize("value", ["zipkin", "otlp,console"])
def test_an_exporter_that_is_not_known(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    """An exporter that we do not have is refused, whoever asks for it."""
    with pytest.raises(ConfigError, match=r"BASELINE_TRACING_EXPORTER \(app.config\)"):
        make_app(exporter=value)
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", value)
    with pytest.raises(ConfigError, match="OTEL_TRACES_EXPORTER"):
        Baseline(Flask("shop"), features=TRACING)


MISSING = """
import sys
sys.modules["opentelemetry.exporter.otlp"] = None
from tests.tracing.conftest import *
Baseline(Flask("shop"), features=TRACING)
"""


@pytest.mark.parametrize("exporter", ["otlp", "otlp-grpc"])
def test_an_exporter_that_is_not_installed(exporter: str) -> None:
    """Without the exporter's package the start says what to install."""
    error = run(MISSING, status=1, BASELINE_TRACING_EXPORTER=exporter).stderr.splitlines()[-1]
    assert error.endswith(
        "MissingExtraError: BASELINE_TRACING_EXPORTER needs the OTLP exporter, which is not installed. "
        'Fix: pip install "flask-baseline[otlp]".'
    )
