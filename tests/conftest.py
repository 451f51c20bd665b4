"""Every test gets a process without Baseline's marks, and leaves it so."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator

import pytest

LOGGERS = (None, "werkzeug", "gunicorn.error", "gunicorn.access")
"""Those that Baseline changes; None is the root."""


@pytest.fixture(autouse=True)
def process_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the machine's settings out, and undo what Baseline did to the process.

    Modules are looked up and not imported: a test that is about one alone stays so.
    """
    for name in [name for name in os.environ if name.startswith("BASELINE_")]:
        monkeypatch.delenv(name)
    loggers = [logging.getLogger(name) for name in LOGGERS]
    before = [(log.level, log.propagate, [*log.handlers], [*log.filters]) for log in loggers]
    excepthook = threading.excepthook
    yield
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
