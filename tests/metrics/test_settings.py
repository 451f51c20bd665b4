"""Settings that are refused, and when the feature is on by itself."""

from __future__ import annotations

import pytest
from flask import Flask

from flask_baseline import Baseline, ConfigError

from .pages import ask, make_app, scrape, values

ASCENDING = "are not in ascending order above 0. Fix: list them from the lowest to the highest."
NETWORK = "has something that is no network. Fix: list networks such as 10.0.0.0/8, or addresses."
PATH = "has the wrong form. Fix: set it to text that matches ^/[A-Za-z0-9._~/-]+$."
INTERVAL = "is out of range. Fix: set it to a number, at least 0.1 and at most 60."
EXPORTER = "is not one of the choices. Fix: set it to one of prometheus, otlp, otlp-grpc, both, memory, none."

WRONG: dict[str, tuple[str, object, str]] = {
    "enabled": ("ENABLED", "maybe", "has the wrong type. Fix: set it to true or false or auto."),
    "exporter": ("EXPORTER", "statsd", EXPORTER),
    "path-without-slash": ("PATH", "metrics", PATH),
    "path-with-space": ("PATH", "/a b", PATH),
    "path-is-the-root": ("PATH", "/", PATH),
    "short-token": ("TOKEN", "short-5ecret", "is too short. Fix: set it to text of at least 16 characters."),
    "name-for-network": ("ALLOW", ("localhost",), NETWORK),
    "host-for-network": ("ALLOW", ("10.0.0.1/8",), NETWORK),
    "dir": ("DIR", 7, "has the wrong type. Fix: set it to a path."),
    "no-interval": ("INTERVAL", 0, INTERVAL),
    "interval-is-nan": ("INTERVAL", float("nan"), INTERVAL),
    "long-interval": ("INTERVAL", 61, INTERVAL),
    "no-routes": (
        "MAX_ROUTES",
        0,
        "is out of range. Fix: set it to a whole number, at least 1 and at most 10000.",
    ),
    "falling-buckets": ("BUCKETS", (1, 0.5), ASCENDING),
    "equal-buckets": ("BUCKETS", (1, 1), ASCENDING),
    "bucket-of-zero": ("BUCKETS", (0, 1), ASCENDING),
    "bucket-without-end": ("BUCKETS", (1, float("inf")), ASCENDING),
    "bucket-is-nan": ("BUCKETS", (float("nan"),), ASCENDING),
    "no-buckets": ("BUCKETS", (), "is too short. Fix: set it to a list, in text separated by commas."),
    "mode": ("GAUGES", {"room": "avg"}, "is not one of the choices. Fix: set it to a JSON object."),
    "runtime": ("RUNTIME", "perhaps", "has the wrong type. Fix: set it to true or false."),
}


@pytest.mark.parametrize(("name", "value", "line"), WRONG.values(), ids=WRONG)
def test_wrong_settings(name: str, value: object, line: str) -> None:
    """A wrong setting is one line: its key, what is wrong, and the fix; the value never shows."""
    with pytest.raises(ConfigError) as error:
        make_app(**{name: value})
    assert str(error.value).splitlines()[1:] == [f"  BASELINE_METRICS_{name} (app.config): {line}"]
    assert "5ecret" not in str(error.value)


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists and tables have a form as text."""
    monkeypatch.setenv("BASELINE_METRICS_BUCKETS", "0.1,1,10")
    monkeypatch.setenv("BASELINE_METRICS_ALLOW", "203.0.113.0/24,2001:db8::1")
    monkeypatch.setenv("BASELINE_METRICS_GAUGES", '{"room.*": "sum"}')
    app = make_app()
    ask(app, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert ask(app, "/metrics").status_code == 404
    page = ask(app, "/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).text
    assert page.count("http_server_request_duration_seconds_bucket") == 4


EXPORTERS = {
    "prometheus": ({"OTEL_METRICS_EXPORTER": "prometheus"}, True),
    "otlp": ({"OTEL_METRICS_EXPORTER": "otlp"}, False),
    "none": ({"OTEL_METRICS_EXPORTER": "none"}, False),
    "disabled": ({"OTEL_SDK_DISABLED": "true"}, False),
    "disabled-in-capitals": ({"OTEL_SDK_DISABLED": " TRUE"}, False),
    "not-disabled": ({"OTEL_SDK_DISABLED": "1"}, True),
    "nothing": ({}, True),
}


@pytest.mark.parametrize(("environ", "has_page"), EXPORTERS.values(), ids=EXPORTERS)
def test_open_telemetrys_variables(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], has_page: bool
) -> None:
    """OpenTelemetry's own variables say where metrics go, and whether they do at all."""
    for name, text in environ.items():
        monkeypatch.setenv(name, text)
    # Where it is pushed nobody listens, and nothing waits.
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    app = make_app()
    assert (ask(app, "/metrics").status_code == 200) is has_page


def test_disabled_and_turned_on_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is turned on by name is on, whatever OpenTelemetry's variable says."""
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    app = make_app(enabled=True)
    ask(app)
    assert values(app, "baseline_workers") == {"": 1}


def test_memory() -> None:
    """The exporter of tests counts, and has no page."""
    assert ask(make_app(exporter="memory"), "/metrics").status_code == 404


@pytest.mark.parametrize("exporter", ["prometheus", "none"])
def test_a_contradiction(monkeypatch: pytest.MonkeyPatch, exporter: str) -> None:
    """The variable and the setting cannot say different things."""
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "otlp")
    with pytest.raises(ConfigError) as error:
        make_app(exporter=exporter)
    assert (
        "BASELINE_METRICS_EXPORTER (app.config): contradicts OTEL_METRICS_EXPORTER. "
        "Fix: remove one of the two." in str(error.value)
    )


def test_all_by_default() -> None:
    """A bare app has its page."""
    app = Flask("shop")
    Baseline(app)
    assert "target_info" in scrape(app)
