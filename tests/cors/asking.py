"""Ask an app as a browser does for the page of another origin."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from flask_baseline import Baseline

GOOD = "https://app.example.com"
EVIL = "https://evil.example"
PATTERN = r"https://[a-z0-9-]+\.example\.com"


def shop(**options: Any) -> Flask:
    """Return an app with one view and the CORS *options*."""
    app = Flask("shop")
    app.config.update({f"BASELINE_CORS_{name.upper()}": value for name, value in options.items()})
    app.add_url_rule("/orders", "orders", lambda: {"id": 7}, methods=["GET", "POST", "PUT"])
    Baseline(app)
    return app


def ask(app: Flask, path: str = "/orders", method: str = "GET", *, origin: str | None = GOOD) -> TestResponse:
    """Send a request without a preflight."""
    sent = {} if origin is None else {"HTTP_ORIGIN": origin}
    return app.test_client().open(path, method=method, environ_overrides=sent, buffered=True)


def preflight(
    app: Flask, path: str = "/orders", method: str = "PUT", headers: str = "", *, origin: str = GOOD
) -> TestResponse:
    """Ask whether a page may send a request."""
    sent = {"HTTP_ORIGIN": origin, "HTTP_ACCESS_CONTROL_REQUEST_METHOD": method}
    if headers:
        sent["HTTP_ACCESS_CONTROL_REQUEST_HEADERS"] = headers
    return app.test_client().options(path, environ_overrides=sent, buffered=True)


def granted(response: TestResponse) -> dict[str, str]:
    """Return what an answer allows, by the part of the header after ``Access-Control-``."""
    prefix = "Access-Control-"
    return {name[len(prefix) :]: value for name, value in response.headers if name.startswith(prefix)}


def varies(response: TestResponse) -> list[str]:
    """Return the names in the one ``Vary`` header."""
    (vary,) = response.headers.getlist("Vary")
    return [name.strip() for name in vary.split(",")]
