"""What exporters log: kept for our warning where it is about our exports, and left alone elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from opentelemetry.sdk.trace.export import SpanExportResult

from flask_baseline import _process_telemetry as process
from flask_baseline._tallies import Tallies
from flask_baseline.telemetry.reasons import listen, reason, reasons
from flask_baseline.telemetry.sending import Sending

from .exporters import LOGGER, Exporter, always


class Kept(logging.Handler):
    """An app's handler at the root."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@pytest.fixture
def root() -> Iterator[Kept]:
    """Listen at the root, as an app does."""
    kept = Kept()
    logging.getLogger().addHandler(kept)
    yield kept
    logging.getLogger().removeHandler(kept)


FAILING = Exporter(SpanExportResult.FAILURE, says=("refused",))


def send() -> None:
    Sending("traces", always(FAILING), Tallies())([1])


def test_our_exports_are_one_line(root: Kept) -> None:
    """What an exporter logs of our exports is in our warning alone."""
    process.hush_exporters()
    send()
    (line,) = root.messages
    assert line.startswith("the collector does not take traces: refused. ")


def test_the_apps_own_exporters_are_heard(root: Kept) -> None:
    """An app that has an exporter of its own sees what that one logs, before and after ours."""
    process.hush_exporters()
    LOGGER.error("mine, before")
    send()
    LOGGER.error("mine, after")
    assert [root.messages[0], root.messages[-1]] == ["mine, before", "mine, after"]


def test_another_thread_is_heard_meanwhile(root: Kept) -> None:
    """An exporter of the app's in another thread is heard while ours fails."""
    process.hush_exporters()

    class Calling(Exporter):
        def export(self, batch: object) -> SpanExportResult:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(LOGGER.error, "mine").result()
            LOGGER.error("ours")
            return SpanExportResult.FAILURE

    Sending("traces", always(Calling()), Tallies())([1])
    assert root.messages[0] == "mine"
    assert root.messages[1].startswith("the collector does not take traces: ours. ")


def test_an_app_that_listens_hears_all(root: Kept) -> None:
    """Where the app has a handler on the exporters' logger, all goes there as before."""
    logger, own = logging.getLogger("opentelemetry.exporter"), Kept()
    logger.addHandler(own)
    process.hush_exporters()
    send()
    assert own.messages == ["refused"]
    assert root.messages[0] == "refused"


def test_an_app_that_has_set_a_level(root: Kept) -> None:
    """Where the app has set the level of the exporters' logger, it is left alone."""
    logging.getLogger("opentelemetry.exporter").setLevel("ERROR")
    process.hush_exporters()
    send()
    assert root.messages[0] == "refused"


def test_an_exporter_that_says_it_once(root: Kept) -> None:
    """A filter of an exporter's, which lets each line through once, does not keep the reason from us."""
    logger = logging.getLogger("opentelemetry.exporter.of_a_second_test")
    logger.addFilter(lambda record: False)
    process.hush_exporters()
    process.hush_exporters()

    class Saying(Exporter):
        def export(self, batch: object) -> SpanExportResult:
            logger.error("refused")
            return SpanExportResult.FAILURE

    try:
        Sending("traces", always(Saying()), Tallies())([1])
        logger.error("mine")
    finally:
        logger.filters.clear()
    (line,) = root.messages
    assert line.startswith("the collector does not take traces: refused. ")


def test_arguments_that_do_not_fit() -> None:
    """A line whose arguments do not fit is kept as it was written."""
    listen()
    # pytest's own handler would raise.
    reasons.handle(logging.makeLogRecord({"msg": "%d spans", "args": ("many",)}))
    assert reason() == "%d spans"


def test_twice_is_once(root: Kept) -> None:
    """A second app changes nothing."""
    process.hush_exporters()
    process.hush_exporters()
    LOGGER.error("mine")
    assert root.messages == ["mine"]
