"""The lines of a server before it has loaded an app."""

from __future__ import annotations

import logging
import sys

import pytest

from flask_baseline.logging.server import take_over_server_lines

from .conftest import Lines


@pytest.mark.parametrize(
    ("environ", "service"),
    [
        (
            {"BASELINE_SERVICE_NAME": "shop", "BASELINE_SERVICE_VERSION": "1.2"},
            {"service.name": "shop", "service.version": "1.2"},
        ),
        ({}, {}),
        ({"BASELINE_LOGGING_LEVEL": "loud"}, {}),
        ({"BASELINE_SECRETS_MANAGER": "aws:shop"}, {}),
    ],
    ids=["named", "unnamed", "wrong-setting", "missing-extra"],
)
def test_the_environment_decides(
    lines: Lines, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], service: dict[str, str]
) -> None:
    """The lines name the service of the environment; wrong settings are left to the app to report."""
    monkeypatch.setitem(sys.modules, "boto3", None)

    take_over_server_lines(environ)
    logging.getLogger("gunicorn.error").error("worker lost")

    (line,) = lines()
    del line["timestamp"]
    assert line == {
        "severity_text": "ERROR",
        "body": "worker lost",
        "otel.scope.name": "gunicorn.error",
        **service,
    }


def test_logging_that_is_off(lines: Lines) -> None:
    """With logging off the server keeps its own lines."""
    before = [*logging.getLogger("gunicorn.error").filters]

    take_over_server_lines({"BASELINE_LOGGING_ENABLED": "false"})

    assert logging.getLogger("gunicorn.error").filters == before
