"""Endpoints that will be gone."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from flask import Flask

from flask_baseline import Problem, Query, endpoint

from .serving import serve

SINCE, UNTIL = date(2026, 1, 1), date(2027, 1, 1)


def old(q: Query[int] = 1) -> dict[str, int]:
    if q == 2:
        raise Problem(409)
    if q == 3:
        raise ZeroDivisionError
    return {"q": q}


@pytest.mark.parametrize(
    ("options", "headers"),
    [
        pytest.param({"deprecated": SINCE}, {"Deprecation": "@1767225600"}, id="date"),
        pytest.param(
            {"deprecated": datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))},
            {"Deprecation": "@1767225600"},
            id="time with a zone",
        ),
        pytest.param({"deprecated": True}, {}, id="since an unknown date"),
        pytest.param({"sunset": UNTIL}, {"Sunset": "Fri, 01 Jan 2027 00:00:00 GMT"}, id="sunset"),
        pytest.param(
            {"successor": "/v2/orders?x=1"},
            {"Link": '</v2/orders?x=1>; rel="successor-version"'},
            id="successor",
        ),
        pytest.param(
            {"deprecated": SINCE, "sunset": UNTIL, "successor": "https://a.example/"},
            {
                "Deprecation": "@1767225600",
                "Sunset": "Fri, 01 Jan 2027 00:00:00 GMT",
                "Link": '<https://a.example/>; rel="successor-version"',
            },
            id="all",
        ),
    ],
)
@pytest.mark.parametrize(("query", "status"), [("", 200), ("?q=x", 422), ("?q=2", 409), ("?q=3", 500)])
def test_headers(options: dict[str, Any], headers: dict[str, str], query: str, status: int) -> None:
    """Every answer of the endpoint has the headers, whatever becomes of the request."""
    response = serve(endpoint(**options)(old)).get(f"/{query}")
    names = {"Deprecation", "Sunset", "Link"}
    sent = {name: value for name, value in response.headers if name in names}
    assert (response.status_code, sent) == (status, headers)


def test_links_of_the_view() -> None:
    """The links that the view sends stay beside that of the successor, and other routes have none."""

    @endpoint(successor="/v2")
    def view() -> dict[str, int]:
        return {}, 200, {"Link": "</next>"}  # type: ignore[return-value]

    app = Flask("shop")
    app.get("/")(view)
    app.get("/other")(lambda: "")
    assert app.test_client().get("/").headers.getlist("Link") == ["</next>", '</v2>; rel="successor-version"']
    assert "Link" not in app.test_client().get("/other").headers


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"deprecated": datetime(2026, 1, 1)}, "needs a time zone"),
        ({"sunset": datetime(2026, 1, 1)}, "needs a time zone"),
        ({"deprecated": UNTIL, "sunset": SINCE}, "cannot be before"),
        ({"successor": "/v2\r\nSet-Cookie: a=b"}, "is not a URL"),
        ({"successor": "</v2>"}, "is not a URL"),
    ],
    ids=["naive deprecation", "naive sunset", "order", "header injection", "brackets"],
)
def test_wrong_options(options: dict[str, Any], message: str) -> None:
    """What cannot be sent is refused where it is written, and names the view."""
    with pytest.raises(ValueError, match=rf"test_deprecation\.old: .*{message}"):
        endpoint(**options)(old)
