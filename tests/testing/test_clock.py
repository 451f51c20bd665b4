"""A test stops the clock and moves it."""

from __future__ import annotations

import time
from datetime import datetime, timezone

from flask import Flask

from flask_baseline import Baseline
from flask_baseline.testing.clocks import frozen_clock
from flask_baseline.testing.logs import captured_logs


def test_frozen() -> None:
    """The time stands still, in whole seconds, until it is moved; outside of the block it is the real one."""
    before = time.time()
    with frozen_clock() as clock:
        begin = time.time()
        assert begin == int(begin)
        assert abs(begin - before) < 60
        assert datetime.now(timezone.utc).timestamp() == begin
        clock.shift(3600)
        assert time.time() == begin + 3600
        clock.move_to(datetime(2030, 1, 1, tzinfo=timezone.utc))
        assert time.time() == 1893456000
    assert time.time() < begin + 3600


def test_features() -> None:
    """What the features of an app measure by the clock moves with it: log lines and limits of rates."""
    app = Flask("shop")
    app.config.update(BASELINE_RATELIMIT_ENABLED=True, BASELINE_RATELIMIT_STORE="memory")
    app.config.update(BASELINE_RATELIMIT_DEFAULT="1/hour", BASELINE_LOGGING_FORMAT="json")
    Baseline(app)
    app.add_url_rule("/", "index", lambda: "")
    with frozen_clock() as clock, captured_logs() as events:
        clock.move_to(datetime(2030, 1, 1, tzinfo=timezone.utc))
        assert [app.test_client().get("/", buffered=True).status_code for _ in range(2)] == [200, 429]
        clock.shift(3601)
        assert app.test_client().get("/", buffered=True).status_code == 200
    assert [event["timestamp"] for event in events] == [
        "2030-01-01T00:00:00.000000Z",
        "2030-01-01T00:00:00.000000Z",
        "2030-01-01T01:00:01.000000Z",
    ]
