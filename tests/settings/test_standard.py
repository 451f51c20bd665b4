"""OpenTelemetry's own variables, as sources of settings and beside them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from flask_baseline import ConfigError
from flask_baseline._features import FEATURES
from flask_baseline.settings.reader import Settings, read_settings

MODELS = {spec.name: spec.settings for spec in FEATURES}
ATTRIBUTES = "OTEL_RESOURCE_ATTRIBUTES"


def read(environ: dict[str, str], **config: Any) -> Settings:
    """Return the settings of an app with *config*, each without ``BASELINE_``."""
    app = Flask("shop")
    app.config.update({f"BASELINE_{key}": value for key, value in config.items()})
    return read_settings(app, MODELS, environ)


def value_of(settings: Settings, key: str) -> object:
    return settings.value(settings.keys[f"BASELINE_{key}"])


SOURCES = {
    "service-name": ("SERVICE_NAME", {"OTEL_SERVICE_NAME": "till"}, "till", "OTEL_SERVICE_NAME"),
    "service-name-as-attribute": (
        "SERVICE_NAME",
        {ATTRIBUTES: "service.name=till"},
        "till",
        f"{ATTRIBUTES} service.name",
    ),
    "the-stronger-variable": (
        "SERVICE_NAME",
        {ATTRIBUTES: "service.name=other", "OTEL_SERVICE_NAME": "till"},
        "till",
        "OTEL_SERVICE_NAME",
    ),
    "service-version": (
        "SERVICE_VERSION",
        {ATTRIBUTES: "service.version=1.2"},
        "1.2",
        f"{ATTRIBUTES} service.version",
    ),
    "traces": (
        "TRACING_EXPORTER",
        {"OTEL_TRACES_EXPORTER": "console"},
        "console",
        "OTEL_TRACES_EXPORTER",
    ),
    "metrics": ("METRICS_EXPORTER", {"OTEL_METRICS_EXPORTER": "none"}, "none", "OTEL_METRICS_EXPORTER"),
    "logs": ("LOGGING_EXPORTER", {"OTEL_LOGS_EXPORTER": "otlp"}, "otlp", "OTEL_LOGS_EXPORTER"),
    "blanks-around": ("SERVICE_NAME", {"OTEL_SERVICE_NAME": "  till "}, "till", "OTEL_SERVICE_NAME"),
    "empty": ("SERVICE_NAME", {"OTEL_SERVICE_NAME": ""}, None, "default"),
    "blank": ("TRACING_EXPORTER", {"OTEL_TRACES_EXPORTER": "  "}, None, "default"),
    "empty-before-the-attribute": (
        "SERVICE_NAME",
        {"OTEL_SERVICE_NAME": "", ATTRIBUTES: "service.name=till"},
        "till",
        f"{ATTRIBUTES} service.name",
    ),
}


@pytest.mark.parametrize(("key", "environ", "value", "source"), SOURCES.values(), ids=SOURCES)
def test_a_source(key: str, environ: dict[str, str], value: object, source: str) -> None:
    """A standard variable gives a setting its value and is named as its source; an empty one is not set."""
    settings = read(environ)
    assert (value_of(settings, key), settings.sources[f"BASELINE_{key}"]) == (value, source)


PAIRS = {
    "one": ("service.name=till", "till"),
    "among-others": ("team=a,service.name=till,room=b", "till"),
    "blanks": (" team = a , service.name = till ", "till"),
    "encoded": ("service.name=the%20till%2C%20left", "the till, left"),
    "equals-in-the-value": ("service.name=a=b", "a=b"),
    "the-last-of-two": ("service.name=a,service.name=b", "b"),
    "no-value": ("service.name=", None),
    "no-equals": ("service.name", None),
    "garbage": (",,=,a=,=b,;", None),
    "a-longer-name": ("my.service.name=till,service.names=x", None),
    "other-case": ("Service.Name=till", None),
    "letters": ("service.name=M%C3%BCnchen", "München"),
}


@pytest.mark.parametrize(("text", "name"), PAIRS.values(), ids=PAIRS)
def test_resource_attributes(text: str, name: str | None) -> None:
    """An attribute is found in the list, decoded; what is no attribute is passed over."""
    assert value_of(read({ATTRIBUTES: text}), "SERVICE_NAME") == name


@pytest.mark.parametrize(
    ("environ", "config"),
    [
        pytest.param({"BASELINE_SERVICE_NAME": "till", "OTEL_SERVICE_NAME": "till"}, {}, id="environment"),
        pytest.param({"OTEL_SERVICE_NAME": "till"}, {"SERVICE_NAME": "till"}, id="config"),
        pytest.param(
            {"OTEL_SERVICE_NAME": "till", ATTRIBUTES: "service.name=other"},
            {"SERVICE_NAME": "till"},
            id="the-weaker-variable-does-not-count",
        ),
        pytest.param({"OTEL_SERVICE_NAME": " "}, {"SERVICE_NAME": "till"}, id="empty"),
    ],
)
def test_both_may_say_the_same(environ: dict[str, str], config: dict[str, str]) -> None:
    """Our key wins where both are set, which they may be if they agree."""
    settings = read(environ, **config)
    assert value_of(settings, "SERVICE_NAME") == "till"
    assert settings.sources["BASELINE_SERVICE_NAME"] in ("environment", "app.config")


CONTRADICTIONS = {
    "name": ("SERVICE_NAME", "shop", {"OTEL_SERVICE_NAME": "till"}, "OTEL_SERVICE_NAME"),
    "name-as-attribute": (
        "SERVICE_NAME",
        "shop",
        {ATTRIBUTES: "service.name=till"},
        f"{ATTRIBUTES} service.name",
    ),
    "version": (
        "SERVICE_VERSION",
        "1",
        {ATTRIBUTES: "service.version=2"},
        f"{ATTRIBUTES} service.version",
    ),
    "traces": ("TRACING_EXPORTER", "memory", {"OTEL_TRACES_EXPORTER": "otlp"}, "OTEL_TRACES_EXPORTER"),
    "metrics": ("METRICS_EXPORTER", "memory", {"OTEL_METRICS_EXPORTER": "otlp"}, "OTEL_METRICS_EXPORTER"),
    "logs": ("LOGGING_EXPORTER", "otlp", {"OTEL_LOGS_EXPORTER": "console"}, "OTEL_LOGS_EXPORTER"),
    "other-words": (
        "TRACING_SAMPLE_RATIO",
        0.5,
        {"OTEL_TRACES_SAMPLER": "always_on"},
        "OTEL_TRACES_SAMPLER",
    ),
    "other-words-that-mean-the-same": (
        "TRACING_SAMPLE_RATIO",
        1.0,
        {"OTEL_TRACES_SAMPLER": "always_on"},
        "OTEL_TRACES_SAMPLER",
    ),
}


@pytest.mark.parametrize(("key", "value", "environ", "variable"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_a_contradiction(key: str, value: object, environ: dict[str, str], variable: str) -> None:
    """Where both say something, and not the same, the app does not start; the error has neither value."""
    with pytest.raises(ConfigError) as error:
        read(environ, **{key: value})
    assert [str(problem) for problem in error.value.problems] == [
        f"BASELINE_{key} (app.config): contradicts {variable}. Fix: remove one of the two."
    ]


def test_other_words_alone() -> None:
    """A sampler of OpenTelemetry's is no error beside a ratio that nobody has set."""
    assert value_of(read({"OTEL_TRACES_SAMPLER": "always_on"}), "TRACING_SAMPLE_RATIO") is None


def test_all_contradictions_at_once() -> None:
    """Every one is told, and whatever else is wrong too."""
    environ = {"OTEL_SERVICE_NAME": "till", "OTEL_TRACES_EXPORTER": "otlp", "BASELINE_TYPO": "x"}
    with pytest.raises(ConfigError) as error:
        read(environ, SERVICE_NAME="shop", TRACING_EXPORTER="memory")
    assert [problem.key for problem in error.value.problems] == [
        "BASELINE_SERVICE_NAME",
        "BASELINE_TRACING_EXPORTER",
        "BASELINE_TYPO",
    ]


@pytest.mark.parametrize(
    ("variable", "key", "value"),
    [
        ("OTEL_TRACES_EXPORTER", "BASELINE_TRACING_EXPORTER", "zipkin-secret"),
        ("OTEL_METRICS_EXPORTER", "BASELINE_METRICS_EXPORTER", "console-secret"),
        ("OTEL_SERVICE_NAME", "BASELINE_SERVICE_NAME", "secret" * 50),
    ],
)
def test_a_value_that_we_do_not_take(variable: str, key: str, value: str) -> None:
    """A variable whose value is none of ours is an error of the setting, with the variable as its source."""
    with pytest.raises(ConfigError) as error:
        read({variable: value})
    (problem,) = error.value.problems
    assert (problem.key, problem.source) == (key, variable)
    assert "secret" not in str(error.value)


def test_a_value_that_cannot_be_read() -> None:
    """A file that is not there is one problem, and no contradiction with what nobody could read."""
    environ = {"BASELINE_SERVICE_NAME_FILE": "/missing", "OTEL_SERVICE_NAME": "till"}
    with pytest.raises(ConfigError) as error:
        read(environ)
    (problem,) = error.value.problems
    assert (problem.key, problem.source) == ("BASELINE_SERVICE_NAME_FILE", "environment")


def test_they_are_the_weakest_source() -> None:
    """Each source of ours is asked before, and the default of a profile after."""
    settings = read({"BASELINE_TRACING_EXPORTER": "otlp", "OTEL_TRACES_EXPORTER": "otlp"})
    assert settings.sources["BASELINE_TRACING_EXPORTER"] == "environment"
    assert "BASELINE_TRACING_EXPORTER" in settings.chosen
