"""Methods that send a request back to whoever asks."""

from __future__ import annotations

import pytest
from flask import Flask, request

from flask_baseline import Baseline

from ..lines import access_lines_of
from .asking import ask


@pytest.fixture
def app() -> Flask:
    """Return an app that answers any method, TRACE too."""
    app = Flask("shop")
    methods = ["GET", "TRACE", "TRACK", "PURGE"]
    app.add_url_rule("/", "echo", lambda: str(request.headers), methods=methods)
    Baseline(app)
    return app


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "trace", "Track"])
def test_trace(app: Flask, capsys: pytest.CaptureFixture[str], method: str) -> None:
    """TRACE and TRACK get 405 in any case, with the methods that may be, and no header comes back."""
    answer = ask(app, REQUEST_METHOD=method, HTTP_COOKIE="session=secret")
    assert answer.status == 405
    assert answer.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
    assert answer.json["detail"] == "The method is not allowed."
    assert b"secret" not in answer.body
    (line,) = access_lines_of(capsys)
    assert line["http.response.status_code"] == 405


@pytest.mark.parametrize("method", ["GET", "PURGE"])
def test_others(app: Flask, method: str) -> None:
    """Any other method is the app's own, also one that no standard has."""
    assert ask(app, REQUEST_METHOD=method).status == 200
