"""In dev the log names the keys of what has changed."""

from __future__ import annotations

import pytest
from flask import Flask

from flask_baseline import Baseline
from tests.lines import lines_of

from .conftest import MakeApp, bare


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what the feature has logged since the last call."""
    return [
        line["body"] for line in lines_of(capsys) if line.get("otel.scope.name") == "flask_baseline.headers"
    ]


COOKIE = (
    "SESSION_COOKIE_SAMESITE is Lax now. To have it otherwise, set it, or "
    "BASELINE_HEADERS_SESSION_COOKIE_SAMESITE."
)


def test_the_cookie(make: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    """What is another value for Flask than before is told once, with the first answer, not at the start."""
    app = make("dev")
    assert told(capsys) == []
    for path in ("/json", "/json"):
        app.test_client().get(path).close()

    assert told(capsys) == [COOKIE]


@pytest.mark.parametrize("by", ["flask", "baseline", "prod"])
def test_what_the_app_has_chosen(by: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What the app has set itself is not told of; and production has no such lines at all."""
    app = bare("prod" if by == "prod" else "dev")
    if by != "prod":
        app.config[
            "SESSION_COOKIE_SAMESITE" if by == "flask" else "BASELINE_HEADERS_SESSION_COOKIE_SAMESITE"
        ] = "Strict"
    Baseline(app)
    for path in ("/json", "/missing"):
        app.test_client().get(path).close()

    found = told(capsys)
    assert [line for line in found if "SESSION" in line] == []
    if by == "prod":
        assert found == []


def _pages(app: Flask, capsys: pytest.CaptureFixture[str]) -> list[str]:
    for path in ("/json", "/page", "/page"):
        app.test_client().get(path).close()
    return [line for line in told(capsys) if line != COOKIE]


def test_pages(make: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    """The first page that has the policy is told of, with the keys that change what browsers refuse."""
    (line,) = _pages(make("dev"), capsys)

    for option in (
        "CONTENT_SECURITY_POLICY",
        "CONTENT_SECURITY_POLICY_REPORT_ONLY",
        "REPORT_PATH",
        "CROSS_ORIGIN_EMBEDDER_POLICY",
        "FRAME_OPTIONS",
    ):
        assert f"BASELINE_HEADERS_{option}" in line


def test_a_policy_of_the_app(make: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever has set the policy knows of it."""
    app = make("dev", content_security_policy="default-src 'self'")

    assert _pages(app, capsys) == []
