"""Logging is process-wide: what two apps of one process may differ in, and what not."""

from __future__ import annotations

import gc
import logging

import pytest
import structlog
from flask import Flask

from flask_baseline import Baseline
from flask_baseline.errors import ProcessConflictError

from .conftest import LOGGING, Lines, MakeApp


@pytest.mark.parametrize(
    ("option", "value"),
    [("level", "DEBUG"), ("format", "console"), ("fields", "ecs"), ("redact", ("a",)), ("stdlib", False)],
)
def test_two_apps_that_differ_are_refused(make_app: MakeApp, option: str, value: object) -> None:
    """What holds for the process must be the same in all its apps; the error names apps, key and remedy."""
    first = make_app("first")

    with pytest.raises(ProcessConflictError) as error:
        make_app("second", **{option: value})

    text = str(error.value)
    assert "'first'" in text
    assert "'second'" in text
    assert f"BASELINE_LOGGING_{option.upper()}, which" in text
    assert "BASELINE_LOGGING_ENABLED=False" in text
    assert first.extensions["baseline"]


def test_two_apps_that_agree_share_it(make_app: MakeApp, lines: Lines) -> None:
    """Two apps with the same settings write each line once, each with its own service."""
    first, second = make_app("first"), make_app("second", access=False, request_id_header="X-Id")

    with first.app_context():
        structlog.get_logger().info("a")
    with second.app_context():
        logging.getLogger("library").info("b")
    logging.getLogger("library").info("of neither")

    assert [line.get("service.name") for line in lines()] == ["first", "second", None]


def test_the_only_apps_service_is_on_every_line(make_app: MakeApp, lines: Lines) -> None:
    """With one app in the process, a line of a background thread has its service too."""
    make_app("only")

    logging.getLogger("library").info("outside of any request")

    assert [line["service.name"] for line in lines()] == ["only"]


def test_a_claim_ends_with_its_app(make_app: MakeApp) -> None:
    """An app that is gone does not stand in the way of the next one, as in a suite of tests."""
    gc.disable()
    try:
        make_app(level="DEBUG")  # full of cycles, so that only the collector frees it
        assert isinstance(make_app(level="WARNING"), Flask)
    finally:
        gc.enable()
    assert logging.getLogger().level == logging.WARNING


def test_defaults_of_profiles_do_not_conflict(make_app: MakeApp) -> None:
    """Two apps that choose nothing, and run under different profiles live in one process."""
    make_app("tested")
    app = Flask("developed")
    app.debug = True
    Baseline(app, features=LOGGING)

    assert app.test_client().get("/nope", buffered=True).status_code == 404
