"""Requests that no client of good will sends, byte for byte."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from flask_baseline import Baseline, Body, Cookie, Header, Query, endpoint
from tests.steps import call

from .serving import PROBLEM


@pytest.fixture
def app() -> Flask:
    """Return an app that reads something from every place, as it runs in production."""
    app = Flask("shop")

    @app.post("/items/<name>")
    @endpoint
    def view(
        name: str, body: Body[list[int]], q: Query[int] = 1, x_depth: Header[int] = 1, c: Cookie[int] = 1
    ) -> int:
        return q

    Baseline(app)
    return app


def send(app: Flask, path: str = "/items/a", **environ: object) -> tuple[int, str, Any]:
    """Send ``[1]`` unless *environ* says otherwise; return the status, the media type and the body."""
    body = environ.pop("body", b"[1]")
    assert isinstance(body, bytes)
    given = {
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
        "PATH_INFO": path,
        **environ,
    }
    answered = call(app, method="POST", **given)
    content = answered.drain()
    status, headers = answered.started[0]
    return int(status[:3]), dict(headers).get("Content-Type", ""), json.loads(content or b"null")


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        pytest.param({}, 200, id="nothing odd"),
        pytest.param({"QUERY_STRING": "q=%ff"}, 422, id="percent-encoded byte"),
        pytest.param({"QUERY_STRING": "q=%zz"}, 422, id="broken percent-encoding"),
        pytest.param({"QUERY_STRING": "q=%"}, 422, id="lone percent"),
        pytest.param({"QUERY_STRING": "q=%00"}, 422, id="null in the query"),
        pytest.param({"QUERY_STRING": "q=%ed%a0%80"}, 422, id="surrogate in the query"),
        pytest.param({"QUERY_STRING": "&&=&;=%"}, 200, id="separators alone"),
        pytest.param({"QUERY_STRING": "q"}, 422, id="name alone"),
        pytest.param({"QUERY_STRING": "q=" + "9" * 5000}, 422, id="huge integer"),
        pytest.param({"QUERY_STRING": "q=1&q=2"}, 422, id="twice"),
        pytest.param({"QUERY_STRING": "&".join(f"a{n}=1" for n in range(5000))}, 200, id="many"),
        pytest.param({"path": "/items/\xff"}, 200, id="byte in the path"),
        pytest.param({"path": "/items/\x00\r\n"}, 200, id="control characters in the path"),
        pytest.param({"path": "/items/.."}, 200, id="dots"),
        pytest.param({"HTTP_X_DEPTH": "1,1"}, 422, id="header twice"),
        pytest.param({"HTTP_X_DEPTH": ""}, 422, id="empty header"),
        pytest.param({"HTTP_X_DEPTH": "\xff\x01"}, 422, id="bytes in a header"),
        pytest.param({"HTTP_COOKIE": "c=x"}, 422, id="wrong cookie"),
        pytest.param({"HTTP_COOKIE": "c=1; c=2"}, 422, id="cookie twice"),
        pytest.param({"HTTP_COOKIE": "=;;=;\xff"}, 200, id="broken cookies"),
        pytest.param({"CONTENT_TYPE": "\xff/\x00; charset=\xff"}, 415, id="bytes in the content type"),
        pytest.param({"CONTENT_TYPE": "application/json; charset*=x''%ff"}, 415, id="encoded charset"),
        pytest.param({"CONTENT_TYPE": "application/json;" * 1000}, 200, id="endless content type"),
        pytest.param({"CONTENT_LENGTH": "x"}, 400, id="length that is no number"),
        pytest.param({"CONTENT_LENGTH": "-1"}, 400, id="negative length"),
        pytest.param({"CONTENT_LENGTH": "99"}, 400, id="body that ends early"),
        pytest.param({"CONTENT_LENGTH": "0"}, 400, id="length of nothing"),
        pytest.param({"REQUEST_METHOD": "BREW"}, 405, id="unknown method"),
        pytest.param({"REQUEST_METHOD": ""}, 405, id="no method"),
        pytest.param({"HTTP_HOST": "\xff:x"}, 400, id="host that is none"),
        pytest.param({"HTTP_ACCEPT": ";q=\xff,,/*"}, 200, id="broken Accept"),
    ],
)
def test_hostile(app: Flask, environ: dict[str, object], status: int) -> None:
    """An odd request gets the answer that it deserves, as a problem, and never a 500."""
    found, content_type, body = send(app, **environ)  # type: ignore[arg-type]
    assert (found, body if found == 200 else body["status"]) == (status, 1 if status == 200 else status)
    assert content_type == ("application/json" if status == 200 else PROBLEM)


def test_a_raw_byte_in_the_query(app: Flask) -> None:
    """A query that is not ASCII is refused; Werkzeug 2 takes the byte for an unknown character."""
    found, content_type, _ = send(app, QUERY_STRING="q=\xff")
    assert (found in (400, 422), content_type) == (True, PROBLEM)
