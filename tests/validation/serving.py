"""Serve one view, and read what it answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

# Flask 2.2's responses have but a weak reference to their app.
_alive: deque[Flask] = deque(maxlen=10)

PROBLEM = "application/problem+json"


def serve(view: Callable[..., Any], rule: str = "/", method: str = "GET", **config: Any) -> FlaskClient:
    """Return a client of an app whose only route is *view*."""
    app = Flask("shop")
    _alive.append(app)
    app.config.update(config)
    app.add_url_rule(rule, "view", view, methods=[method])
    # Its jar would replace a Cookie header.
    return app.test_client(use_cookies=False)


def refusal(response: TestResponse) -> tuple[int, list[tuple[str, str, str]]]:
    """Return the status of a problem, and where and how each of its errors is."""
    assert response.mimetype == PROBLEM
    body = response.get_json()
    assert body["status"] == response.status_code
    return response.status_code, [
        (error["in"], error["pointer"], error["code"]) for error in body.get("errors", [])
    ]
