"""What is told of a collector that does not take what it is sent."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from opentelemetry.sdk._logs import export as logs
from opentelemetry.sdk.metrics.export import MetricExportResult
from opentelemetry.sdk.trace.export import SpanExportResult

from flask_baseline import _process_telemetry as process
from flask_baseline._tallies import DROPPED, FAILED_EXPORTS, Tallies
from flask_baseline.telemetry import sending
from flask_baseline.telemetry.sending import Sending

from .exporters import LOGGER, Exporter, always

FAILURE = SpanExportResult.FAILURE


@pytest.fixture(autouse=True)
def hushed() -> None:
    """Keep what exporters log, as every app does."""
    process.hush_exporters()


@pytest.fixture
def pass_seconds(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return what lets time pass."""
    now = [1000.0]

    def pass_seconds(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(sending, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return pass_seconds


def send(exporter: Exporter, *batches: list[Any]) -> None:
    """Send *batches* one after the other."""
    sender = Sending("traces", always(exporter), Tallies())
    for batch in batches:
        sender(batch)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what we have logged. pytest listens to what does not reach the root, too."""
    return [record.getMessage() for record in caplog.records if record.name == "flask_baseline.telemetry"]


def test_the_warning(caplog: pytest.LogCaptureFixture) -> None:
    """The warning has the signal, the reason that the exporter logs, and what to look at."""
    send(Exporter(FAILURE, says=("Failed to export span batch code: %d, reason: %s.", 503, "busy")), [1])
    assert lines(caplog) == [
        "the collector does not take traces: Failed to export span batch code: 503, reason: busy. "
        "Failed exports since the last warning: 1. Requests are not slowed. Fix: look at the collector, or "
        "at OTEL_EXPORTER_OTLP_ENDPOINT."
    ]
    assert caplog.records[-1].levelno == logging.WARNING


def test_once_a_minute(caplog: pytest.LogCaptureFixture, pass_seconds: Callable[[float], None]) -> None:
    """However often it fails, there is one warning a minute, with how often it has failed since the last."""
    sender = Sending("traces", always(Exporter(FAILURE)), Tallies())
    for _ in range(5):
        sender([1])
        pass_seconds(11)
    sender([1])
    assert len(lines(caplog)) == 1
    pass_seconds(5)
    sender([1])
    assert [line.partition("last warning: ")[2][:2] for line in lines(caplog)] == ["1.", "6."]


def test_each_signal_warns_for_itself(caplog: pytest.LogCaptureFixture) -> None:
    """Traces that do not arrive do not hide that logs do not either."""
    for signal in ("traces", "logs"):
        Sending(signal, always(Exporter(FAILURE)), Tallies())([1])
    assert [line.split(":")[0] for line in lines(caplog)] == [
        "the collector does not take traces",
        "the collector does not take logs",
    ]


# Its name differs between releases.
LogResult: Any = getattr(logs, "LogRecordExportResult", None) or vars(logs)["LogExportResult"]


@pytest.mark.parametrize("results", [SpanExportResult, MetricExportResult, LogResult])
def test_the_results_of_all_signals(caplog: pytest.LogCaptureFixture, results: Any) -> None:
    """Success and failure are known of each kind of exporter."""
    tallies = Tallies()
    for result in (results.SUCCESS, results.FAILURE, results.SUCCESS):
        Sending("traces", always(Exporter(result)), tallies)([1, 2])
    assert (tallies.of(FAILED_EXPORTS), tallies.of(DROPPED)) == ({"traces": 1}, {"traces": 2})
    assert len(lines(caplog)) == 1


def test_what_comes_again_is_not_lost() -> None:
    """Metrics that were not taken come again with the next export, and count as failed alone."""
    tallies = Tallies()
    Sending("metrics", always(Exporter(MetricExportResult.FAILURE)), tallies, is_lost=False)([1])
    assert (tallies.of(FAILED_EXPORTS), tallies.of(DROPPED)) == ({"metrics": 1}, {})


class Silent(Exception):
    """Says nothing that can be read."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


REASONS = [
    pytest.param(Exporter(FAILURE), "no reason given", id="none"),
    pytest.param(Exporter(FAILURE, says=("refused",)), "refused", id="logged"),
    pytest.param(Exporter(FAILURE, says=("<html>\n  <b>busy</b>\r\n",)), "<html> <b>busy</b>", id="lines"),
    pytest.param(Exporter(raises=OSError("refused")), "OSError: refused", id="raised"),
    pytest.param(Exporter(raises=OSError()), "OSError", id="raised-without-words"),
    pytest.param(Exporter(raises=Silent()), "Silent: <unprintable>", id="raised-and-unprintable"),
    pytest.param(
        Exporter(result=None), "AttributeError: 'NoneType' object has no attribute 'value'", id="odd"
    ),
    pytest.param(
        Exporter(FAILURE, says=("https://user:hunter2@collector is away",)),
        "https://[redacted]@collector is away",
        id="url-with-password",
    ),
    pytest.param(
        Exporter(raises=ValueError("authorization: Bearer hunter2")),
        "ValueError: authorization: Bearer [redacted]",
        id="raised-with-token",
    ),
    pytest.param(
        Exporter(FAILURE, says=("a" * 185 + " https://user:hunter2@collector",)),
        ("a" * 185 + " https://[redacted]@collector")[:200],
        id="password-at-the-cut",
    ),
    pytest.param(Exporter(FAILURE, says=("a" * 5000,)), "a" * 200, id="long"),
    pytest.param(Exporter(raises=OSError("a" * 5000)), "OSError: " + "a" * 191, id="raised-and-long"),
]


@pytest.mark.parametrize(("exporter", "why"), REASONS)
def test_the_reason(caplog: pytest.LogCaptureFixture, exporter: Exporter, why: str) -> None:
    """The reason is one short line, without secrets, whatever an exporter does."""
    send(exporter, [1])
    (line,) = lines(caplog)
    assert line.startswith(f"the collector does not take traces: {why}. Failed exports")
    assert "hunter2" not in line


def test_the_first_of_several_reasons(caplog: pytest.LogCaptureFixture) -> None:
    """An exporter that logs each of its attempts gives the reason of the first, and of this export alone."""

    class Retrying(Exporter):
        def export(self, batch: Any) -> Any:
            for number in (1, 2, 3):
                LOGGER.warning("attempt %d of %s", number, batch)
            return SpanExportResult.SUCCESS if "fine" in batch else FAILURE

    send(Retrying(), ["fine"], ["bad"])
    assert [line.partition(". Failed")[0] for line in lines(caplog)] == [
        "the collector does not take traces: attempt 1 of ['bad']"
    ]


def test_an_exporter_that_cannot_be_made(caplog: pytest.LogCaptureFixture) -> None:
    """Each batch tries to make it; what is wrong is told, and it is used as soon as it can be."""
    exporter, tallies = Exporter(), Tallies()
    is_broken = [True]

    def make() -> Exporter:
        if is_broken[0]:
            raise ValueError("no such certificate")
        return exporter

    sender = Sending("traces", make, tallies)
    sender([1])
    sender([2, 3])
    is_broken[0] = False
    sender([4])
    assert (tallies.of(FAILED_EXPORTS), tallies.of(DROPPED)) == ({"traces": 2}, {"traces": 3})
    assert exporter.items == [4]
    assert "ValueError: no such certificate" in lines(caplog)[0]


def test_an_exporter_is_made_once() -> None:
    """The connection is kept."""
    made: list[Exporter] = []

    def make() -> Exporter:
        made.append(Exporter())
        return made[-1]

    sender = Sending("traces", make, Tallies())
    sender.prepare()
    sender([1])
    sender([2])
    assert [exporter.items for exporter in made] == [[1, 2]]
