"""A test sees what an app logs."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from flask_baseline.testing import captured_logs

from .conftest import MakeApp


def test_events(make_app: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    """The block gets each event as its line has it: of structlog, of logging, and of requests."""
    app = make_app(LOGGING_FORMAT="json")
    app.add_url_rule("/log", "log", lambda: structlog.get_logger("shop").info("seen", item=3) or "")
    with captured_logs() as events:
        app.test_client().get("/log", buffered=True)
        logging.getLogger("shop").warning("careful: %s", "hot", extra={"heat": 9})
    logging.getLogger("shop").warning("later")
    assert [event["body"] for event in events] == ["seen", "http.server.request", "careful: hot"]
    assert (events[0]["item"], events[2]["heat"]) == (3, 9)
    assert events[0]["request_id"] == events[1]["request_id"]
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()[:3]] == events


def test_two_blocks(make_app: MakeApp) -> None:
    """A block in another has what both see, and what is changed in one does not show in the other."""
    make_app()
    with captured_logs() as outer:
        with captured_logs() as inner:
            structlog.get_logger().info("one")
        inner[0]["body"] = "changed"
        structlog.get_logger().info("two")
    assert [event["body"] for event in outer] == ["one", "two"]


def test_no_console(make_app: MakeApp) -> None:
    """Events are the same where lines are for a terminal."""
    make_app(LOGGING_FORMAT="console")
    with captured_logs() as events:
        structlog.get_logger().info("one", password="hunter2", item=1)
    assert (events[0]["body"], events[0]["item"], events[0]["password"]) == ("one", 1, "[redacted]")
