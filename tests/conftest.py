"""Every test gets a process without Baseline's marks, and leaves it so."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from .ending import end_telemetry

LOGGERS = (None, "werkzeug", "gunicorn.error", "gunicorn.access", "opentelemetry.exporter")
"""Those that Baseline changes; None is the root."""

_UNTOUCHED = [(logging.getLogger(name).level, logging.getLogger(name).propagate) for name in LOGGERS]


_AGAINST_THE_CLOCK = (
    *("benchmarks", "deploy", "metrics", "proof", "ratelimit", "servers", "telemetry"),
    *("test_migrations_lock.py", "test_otlp.py", "test_processes.py", "test_start.py", "test_tallies.py"),
)
"""Tests that start processes and wait for them, which a busy machine may let wait for too long."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests against the clock a second try; what fails twice is broken."""
    for item in items:
        if not {*item.path.parts}.isdisjoint(_AGAINST_THE_CLOCK):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def process_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the machine's settings out, and undo what Baseline did to the process.

    Modules are looked up and not imported: a test that is about one alone stays so.
    """
    for name in [name for name in os.environ if name.startswith(("BASELINE_", "OTEL_"))]:
        monkeypatch.delenv(name)
    loggers = [logging.getLogger(name) for name in LOGGERS]
    for log, (level, propagate) in zip(loggers, _UNTOUCHED, strict=True):
        # An app that several tests share was made before the first of them.
        log.setLevel(level)
        log.propagate = propagate
        log.handlers[:] = [handler for handler in log.handlers if not _is_ours(handler)]
        log.filters[:] = [found for found in log.filters if not _is_ours(found)]
    before = [(log.level, log.propagate, [*log.handlers], [*log.filters]) for log in loggers]
    excepthook = threading.__excepthook__ if _is_ours(threading.excepthook) else threading.excepthook
    threading.excepthook = excepthook
    yield
    if "flask_baseline.telemetry.closing" in sys.modules:
        # A thread that sends would log in the next test.
        end_telemetry()
    for log, (level, propagate, handlers, filters) in zip(loggers, before, strict=True):
        log.setLevel(level)
        log.propagate = propagate
        log.handlers[:], log.filters[:] = handlers, filters
    threading.excepthook = excepthook
    logging.captureWarnings(False)
    if "structlog" in sys.modules:
        sys.modules["structlog"].reset_defaults()
        sys.modules["structlog"].contextvars.clear_contextvars()
    if "flask_baseline._process" in sys.modules:
        sys.modules["flask_baseline._process"]._claims.clear()
    if "flask_baseline.deploy.drain" in sys.modules:
        page = sys.modules["flask_baseline.deploy.drain"]._page
        page[:] = bytes(len(page))


def _is_ours(part: object) -> bool:
    module = getattr(part, "__module__", None) or type(part).__module__
    return module.startswith("flask_baseline")
