"""Endpoints that will be gone."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from flask import Flask
from flask.views import MethodView

from flask_baseline import Problem, Query, endpoint

from .serving import serve

SINCE, UNTIL = date(2026, 1, 1), date(2027, 1, 1)
METHODS = ("GET", "HEAD", "POST")


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


def test_headers_of_the_view() -> None:
    """What the view says of this one answer wins, since each of the two headers has one value."""
    own = {"Deprecation": "@1", "Sunset": "Sat, 01 Jan 2028 00:00:00 GMT"}

    @endpoint(deprecated=SINCE, sunset=UNTIL)
    def view() -> dict[str, int]:
        return {}, 200, own  # type: ignore[return-value]

    headers = serve(view).get("/").headers
    assert {name: headers.getlist(name) for name in own} == {name: [value] for name, value in own.items()}


def test_a_retired_view_that_calls_another() -> None:
    """Of two retired views the one that was asked for tells when."""

    @endpoint(deprecated=UNTIL)
    def inner() -> None: ...

    @endpoint(deprecated=SINCE)
    def outer() -> None:
        inner()

    assert serve(outer).get("/").headers.getlist("Deprecation") == ["@1767225600"]


def test_methods_of_a_class() -> None:
    """Of a class only the method that is retired has the headers, be it asynchronous, and HEAD with GET."""

    class Orders(MethodView):
        @endpoint(deprecated=SINCE)
        async def get(self) -> dict[str, int]:
            return {}

        @endpoint
        def post(self) -> None: ...

    app = Flask("shop")
    app.add_url_rule("/", view_func=Orders.as_view("orders"))
    client = app.test_client()
    sent = {method: client.open("/", method=method).headers.get("Deprecation") for method in METHODS}
    assert sent == {"GET": "@1767225600", "HEAD": "@1767225600", "POST": None}


def test_error_handlers_of_two_apps() -> None:
    """Each app's own error handler answers, and its answer has the headers."""
    view = endpoint(sunset=UNTIL)(old)
    for text in ("one", "two"):
        client = serve(view)
        client.application.register_error_handler(Problem, lambda _error, text=text: (text, 409))
        response = client.get("/?q=2")
        assert (response.status_code, response.text) == (409, text)
        assert response.headers.getlist("Sunset") == ["Fri, 01 Jan 2027 00:00:00 GMT"]
        assert "Sunset" not in client.get("/missing").headers


@pytest.mark.parametrize(
    "successor",
    [
        pytest.param("https://[::1]:8080/v2?a[]=b", id="brackets in a query"),
        pytest.param("/v2/a[b]", id="brackets in a path"),
        pytest.param("https://[::1/v2", id="open bracket"),
        pytest.param("https://[::1]x/v2", id="text after an address"),
        pytest.param("/100%", id="percent"),
        pytest.param("/%zz", id="no hexadecimal"),
        pytest.param("", id="empty"),
        pytest.param("/\u00e4", id="not ASCII"),
        pytest.param("/v 2", id="space"),
        pytest.param("/v2\n", id="line feed"),
        pytest.param("//[::1]/\x00", id="control"),
        pytest.param("/#a#b", id="two fragments"),
    ],
)
def test_what_is_no_reference(successor: str) -> None:
    """A successor that is no URI reference (RFC 3986, section 4.1) is refused."""
    with pytest.raises(ValueError, match="is not a URL"):
        endpoint(successor=successor)(old)


@pytest.mark.parametrize(
    "successor",
    [
        "https://[::1]:8080/v2?a=b#c",
        "//a.example/v2",
        "../v2",
        "?version=2",
        "urn:example:v2",
        "/%C3%A4?q=a/b?c",
    ],
)
def test_what_is_a_reference(successor: str) -> None:
    """Any URI reference can be the successor."""
    response = serve(endpoint(successor=successor)(old)).get("/")
    assert response.headers["Link"] == f'<{successor}>; rel="successor-version"'


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
