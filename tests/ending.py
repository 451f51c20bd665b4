"""End what the apps of a test have started, so that no thread of theirs sends or logs in the next test."""

from __future__ import annotations

import time
from typing import Any

from .waiting import LIMIT_SECONDS


def end_telemetry() -> None:
    """End the threads that send, without a last send: a test's collector may be gone."""
    from flask_baseline.telemetry import closing

    open_here: list[Any] = [*closing._open]
    closing._open.clear()
    for ticker in open_here:
        ticker._act = _do_nothing
        ticker.stop()
    for ticker in open_here:
        assert ticker.join(time.monotonic() + LIMIT_SECONDS), f"{ticker.name} does not end"


def _do_nothing() -> None:
    pass
