"""Events on their way to an OTLP collector."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
from flask import Flask

from flask_baseline import Baseline, ConfigError
from flask_baseline._features import FEATURES
from flask_baseline._tallies import DROPPED
from tests.lines import lines_of
from tests.otlp import ReceivedLog, Receiver, receiver, refused_url

LOGGING = [spec for spec in FEATURES if spec.name in ("logging", "tracing")]


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Run a collector that takes logs by HTTP."""
    with receiver() as received:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", received.http_url)
        monkeypatch.setenv("OTEL_BLRP_SCHEDULE_DELAY", "20")
        yield received


def make_app(name: str = "shop", **options: object) -> Flask:
    """Return an app that sends its events; keywords are ``BASELINE_LOGGING_*`` settings."""
    app = Flask(name)
    app.config.update({"BASELINE_TRACING_EXPORTER": "memory", "BASELINE_LOGGING_EXPORTER": "otlp"})
    app.config.update({f"BASELINE_LOGGING_{key.upper()}": value for key, value in options.items()})
    Baseline(app, features=LOGGING)
    return app


def received(collector: Receiver, count: int) -> list[ReceivedLog]:
    """Return the records when there are *count* of them."""
    deadline = time.monotonic() + 30
    while len(collector.logs()) < count:
        assert time.monotonic() < deadline, collector.logs()
        time.sleep(0.01)
    return collector.logs()


@pytest.mark.parametrize("protocol", ["http", "grpc"])
def test_every_event_arrives(
    collector: Receiver,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    protocol: str,
) -> None:
    """What is written is sent too: structlog's events, those of `logging`, and the access event."""
    if protocol == "grpc":
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.grpc_url)
    app = make_app(exporter="otlp-grpc" if protocol == "grpc" else "otlp")

    @app.get("/orders/<int:id>")
    def show(id: int) -> str:
        structlog.get_logger().warning("low stock", left=2, warehouse={"city": "Recife", "row": None})
        logging.getLogger("library").info("packed", extra={"password": "hunter2"})
        return "ok"

    app.test_client().get("/orders/7", headers={"X-Request-ID": "r-1"}, buffered=True)
    # A request to the collector has them by logger.
    access, low, packed = sorted(received(collector, 3), key=lambda log: log.body)
    lines = lines_of(capsys)
    assert [low.body, packed.body, access.body] == [line["body"] for line in lines]
    assert (low.severity_text, packed.severity_text) == ("WARNING", "INFO")
    assert low.attributes["warehouse"] == {"city": "Recife", "row": None}
    assert (low.attributes["left"], low.attributes["request_id"]) == (2, "r-1")
    assert packed.attributes["password"] == "[redacted]"
    assert access.attributes["http.route"] == "/orders/<int:id>"
    assert access.attributes["http.response.status_code"] == 200
    assert [log.trace_id for log in (low, packed, access)] == [line["trace_id"] for line in lines]
    assert [log.span_id for log in (low, packed, access)] == [line["span_id"] for line in lines]
    assert access.resource["service.name"] == "shop"
    assert access.resource["process.pid"] == os.getpid()
    assert "service.name" not in access.attributes


def test_an_exception(collector: Receiver) -> None:
    """The traceback that Flask logs is sent as `exception.*`."""
    app = make_app()
    app.add_url_rule("/", view_func=lambda: 1 / 0)
    app.test_client().get("/", buffered=True)
    failure, access = received(collector, 2)
    assert failure.severity_text == access.severity_text == "ERROR"
    assert failure.attributes["exception.type"] == access.attributes["error.type"] == "ZeroDivisionError"
    assert "1 / 0" in failure.attributes["exception.stacktrace"]


@pytest.mark.parametrize("options", [{"fields": "ecs"}, {"format": "console"}], ids=["ecs", "console"])
def test_names_are_open_telemetrys(collector: Receiver, options: dict[str, str]) -> None:
    """Whatever the lines look like, a record has OpenTelemetry's names."""
    app = make_app(**options)
    app.test_client().get("/missing", headers={"X-Request-ID": "r-1"}, buffered=True)
    (access,) = received(collector, 1)
    assert access.body == "http.server.request"
    assert access.attributes["http.request.method"] == "GET"
    assert access.attributes["request_id"] == "r-1"
    assert len(access.trace_id) == 32


def test_hostile_values(collector: Receiver) -> None:
    """What has no form in OTLP arrives as text, and loses no other field."""
    app = make_app()
    value = {
        "big": 2**70,
        "bad": "\ud800",
        "nan": float("nan"),
        "bytes": b"\xff",
        "none": None,
        "list": [None],
    }
    with app.app_context():
        structlog.get_logger().info("odd", **value)
    Baseline.start(app)
    (odd,) = received(collector, 1)
    assert odd.attributes == {
        "big": "<int of 71 bits>",
        "bad": "\ufffd\ufffd\ufffd",
        "nan": "nan",
        "bytes": "\\xff",
        "list": [None],
    }


def test_two_apps(collector: Receiver) -> None:
    """Each app sends its own events under its own name, and one that sends none sends none of another's."""
    shop, stock = make_app("shop"), make_app("stock")
    silent = make_app("silent", exporter="none")
    for app in (shop, stock, silent):
        app.test_client().get(f"/{app.name}", buffered=True)
        with app.app_context():
            logging.getLogger("job").warning("from %s", app.name)
    logs = received(collector, 4)
    assert sorted(
        (log.resource["service.name"], log.attributes.get("url.path") or log.body) for log in logs
    ) == [
        ("shop", "/shop"),
        ("shop", "from shop"),
        ("stock", "/stock"),
        ("stock", "from stock"),
    ]


def test_outside_of_any_app(collector: Receiver) -> None:
    """An event of a thread without a request or an app is of the app that was made last."""
    apps = [make_app("shop"), make_app("stock")]
    for app in apps:
        Baseline.start(app)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(logging.getLogger("job").warning, "done").result()
    (log,) = received(collector, 1)
    assert (log.body, log.resource["service.name"]) == ("done", "stock")


FORKS = """
import logging, os
from flask import Flask
from flask_baseline import Baseline

app = Flask("shop")
Baseline(app)
logging.getLogger("job").warning("parent")
child = os.fork()
if child == 0:
    logging.getLogger("job").warning("child")
    Baseline.start(app)
else:
    os.waitpid(child, 0)
"""


def test_a_forked_child_sends_its_own(collector: Receiver) -> None:
    """What waits at a fork, or at the end of a process, is sent once, by the process that has logged it."""
    env = {**os.environ, "BASELINE_LOGGING_EXPORTER": "otlp", "OTEL_BLRP_SCHEDULE_DELAY": "60000"}
    subprocess.run([sys.executable, "-c", FORKS], env=env, check=True, timeout=60)
    logs = collector.logs()
    assert sorted(log.body for log in logs) == ["child", "parent"]
    assert len({log.resource["process.pid"] for log in logs}) == 2


def test_sending_sends_nothing_of_its_own(collector: Receiver) -> None:
    """What the HTTP client logs while events are sent is not sent in its turn, for ever."""
    app = make_app(level="DEBUG")
    for number in range(3):
        app.test_client().get(f"/{number}", buffered=True)
        received(collector, number + 1)
    assert [log.attributes["url.path"] for log in collector.logs()] == ["/0", "/1", "/2"]


def test_a_collector_that_is_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines are written as ever, one warning says what is wrong, and what is lost is counted."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", refused_url())
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    monkeypatch.setenv("OTEL_BLRP_SCHEDULE_DELAY", "20")
    app = make_app()
    dropped: dict[str, int] = {}
    deadline = time.monotonic() + 30
    asked = 0
    while not dropped:
        assert time.monotonic() < deadline
        assert app.test_client().get("/missing", buffered=True).status_code == 404
        asked += 1
        dropped = app.extensions["baseline"].setup.tallies.of(DROPPED)
        time.sleep(0.01)
    lines = lines_of(capsys)
    assert sum(line["body"] == "http.server.request" for line in lines) == asked
    (warning,) = [line for line in lines if line["body"].startswith("the collector does not take logs")]
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in warning["body"]
    assert dropped["logs"] >= 1


@pytest.mark.parametrize("value", ["console", "none"])
def test_open_telemetrys_variable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str
) -> None:
    """`OTEL_LOGS_EXPORTER` with `console` or `none` leaves it at the one line on standard output."""
    monkeypatch.setenv("OTEL_LOGS_EXPORTER", value)
    app = Flask("shop")
    Baseline(app, features=LOGGING)
    app.test_client().get("/missing", buffered=True)
    assert [line["body"] for line in lines_of(capsys)] == ["http.server.request"]


def test_disabled(collector: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """`OTEL_SDK_DISABLED` keeps events on standard output alone."""
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    app = make_app()
    app.test_client().get("/missing", buffered=True)
    assert app.extensions["baseline"].wirings["logging"].runtime is None


def test_a_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable and the setting cannot say different things."""
    monkeypatch.setenv("OTEL_LOGS_EXPORTER", "none")
    with pytest.raises(ConfigError) as error:
        make_app()
    assert "BASELINE_LOGGING_EXPORTER (app.config): contradicts OTEL_LOGS_EXPORTER." in str(error.value)
