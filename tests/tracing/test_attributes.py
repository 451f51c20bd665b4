"""What a span says of its request: headers by a list, the query if asked, and no secrets."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask import Response

from flask_baseline import ConfigError

from .conftest import MakeApp, spans_of


def attributes_of(
    make_app: MakeApp, path: str = "/", options: dict[str, Any] | None = None, **environ: Any
) -> Any:
    """Return the attributes of one request's span."""
    app = make_app(**(options or {}))

    @app.get("/")
    def view() -> Response:
        response = Response("ok", headers={"X-Shop": "one", "X-Api-Key": "hunter2"})
        response.headers.add("X-Shop", "two")
        response.set_cookie("session", "hunter2")
        return response

    (span,) = spans_of(app, path, **environ)
    return span.attributes


def test_no_headers_and_no_query(make_app: MakeApp) -> None:
    """Neither is in a span unless it is asked for."""
    attributes = attributes_of(make_app, "/?page=2", HTTP_X_TENANT="acme")
    assert not [key for key in attributes if "header" in key or "query" in key]


def test_headers_of_requests(make_app: MakeApp) -> None:
    """Headers in the list are attributes, by their names in lower case; the others are not."""
    listed = ("X-Tenant", "content-type", "Content-Length", "X-Absent")
    attributes = attributes_of(
        make_app,
        options={"request_headers": listed},
        HTTP_X_TENANT="acme",
        HTTP_X_OTHER="no",
        CONTENT_TYPE="text/plain",
        CONTENT_LENGTH="0",
    )
    assert {key: value for key, value in attributes.items() if "header" in key} == {
        "http.request.header.x-tenant": ["acme"],
        "http.request.header.content-type": ["text/plain"],
        "http.request.header.content-length": ["0"],
    }


def test_headers_of_responses(make_app: MakeApp) -> None:
    """A header that comes twice has both of its values."""
    attributes = attributes_of(make_app, options={"response_headers": ("x-shop", "X-Absent")})
    assert {key: value for key, value in attributes.items() if "header" in key} == {
        "http.response.header.x-shop": ["one", "two"]
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Bearer hunter2"),
        ("Cookie", "session=hunter2"),
        ("X-Api-Key", "hunter2"),
        ("Referer", "https://ada:hunter2@shop.example/"),
        ("X-Note", "password=hunter2"),
    ],
)
def test_secret_headers_of_requests(make_app: MakeApp, name: str, value: str) -> None:
    """A header that is listed shows that it was there, and no secret."""
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value}
    attributes = attributes_of(make_app, options={"request_headers": (name,)}, **environ)
    assert f"http.request.header.{name.lower()}" in attributes
    assert "hunter2" not in str(attributes)
    assert "[redacted]" in str(attributes)


def test_secret_headers_of_responses(make_app: MakeApp) -> None:
    """A cookie or a key that the app sends is not shown either."""
    attributes = attributes_of(make_app, options={"response_headers": ("Set-Cookie", "X-Api-Key")})
    assert attributes["http.response.header.set-cookie"] == ["[redacted]"]
    assert attributes["http.response.header.x-api-key"] == ["[redacted]"]


def test_long_and_odd_headers(make_app: MakeApp) -> None:
    """A header is cut at 1,024 characters, and bytes that are no text are no failure."""
    options = {"request_headers": ("X-Long", "X-Odd")}
    attributes = attributes_of(make_app, options=options, HTTP_X_LONG="x" * 5000, HTTP_X_ODD="\xff\x00\r\n")
    assert attributes["http.request.header.x-long"] == ["x" * 1024 + "...[cut]"]
    assert attributes["http.request.header.x-odd"] == ["\xff\x00\r\n"]


@pytest.mark.parametrize("name", ["", "X Tenant", "X-Tenant:", "é"])
@pytest.mark.parametrize("option", ["request_headers", "response_headers"])
def test_names_that_no_header_has(make_app: MakeApp, option: str, name: str) -> None:
    """A name that no header can have is refused at start."""
    with pytest.raises(ConfigError, match=f"BASELINE_TRACING_{option.upper()}"):
        make_app(**{option: (name,)})


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", None),
        ("page=2&sort=name", "page=2&sort=name"),
        ("flag&page=", "flag&page="),
        ("token=hunter2&page=2", "token=[redacted]&page=2"),
        ("sig=hunter2&X-Goog-Signature=hunter2", "sig=[redacted]&X-Goog-Signature=[redacted]"),
        ("AWSAccessKeyId=hunter2&Signature=hunter2", "AWSAccessKeyId=[redacted]&Signature=[redacted]"),
        ("code=hunter2&state=hunter2", "code=[redacted]&state=[redacted]"),
        ("pass%77ord=hunter2", "pass%77ord=[redacted]"),
        ("api+key=hunter2", "api+key=[redacted]"),
        ("next=https://ada:hunter2@db/", "next=https://[redacted]@db/"),
        ("next=https://ada:hunter2&more@db/", "next=https://[redacted]@db/"),
        ("q=password:hunter2&page=2", "q=[redacted]&page=2"),
        ("password:hunter2", "password:[redacted]"),
        (f"next={quote('https://ada:hunter2@db/', safe='')}", "next=[redacted]"),
        (f"next={quote('/?token=hunter2', safe='')}", "next=[redacted]"),
    ],
)
def test_the_query(make_app: MakeApp, query: str, shown: str | None) -> None:
    """With the setting a span has the query, without what is a secret by name or by form."""
    attributes = attributes_of(make_app, options={"query": True}, QUERY_STRING=query)
    assert attributes.get("url.query") == shown


@pytest.mark.parametrize(
    ("host", "address", "port"),
    [
        ("shop.example", "shop.example", None),
        ("shop.example:8443", "shop.example", 8443),
        ("[2001:db8::1]", "2001:db8::1", None),
        ("[2001:db8::1]:8080", "2001:db8::1", 8080),
        ("shop.example:", "shop.example", None),
        ("shop.example:abc", "shop.example", None),
        ("shop.example:\u00b2", "shop.example", None),
        ("shop.example:" + "9" * 5000, "shop.example", None),
        ("[", "", None),
        ("x" * 5000, "x" * 1024 + "...[cut]", None),
    ],
    ids=lambda value: repr(value)[:32],
)
def test_the_host(make_app: MakeApp, host: str, address: str, port: int | None) -> None:
    """The address is what the client asked for, and the port is there where it named one."""
    attributes = attributes_of(make_app, HTTP_HOST=host)
    assert (attributes["server.address"], attributes.get("server.port")) == (address, port)


def test_hostile_requests(make_app: MakeApp) -> None:
    """Paths, methods and agents are cut, and are text whatever bytes they are."""
    attributes = attributes_of(
        make_app,
        PATH_INFO="/caf\u00c3\u00a9\xff",
        REQUEST_METHOD="G" * 5000,
        HTTP_USER_AGENT="a" * 5000,
        SERVER_PROTOCOL="gopher",
        REMOTE_ADDR="",
    )
    assert attributes["url.path"] == "/café\ufffd"
    assert attributes["http.request.method"] == "_OTHER"
    assert len(attributes["http.request.method_original"]) < 100
    assert len(attributes["user_agent.original"]) < 300
    assert not {"network.protocol.version", "client.address"} & {*attributes}


def test_an_environ_with_nothing(make_app: MakeApp) -> None:
    """A server that leaves parts of the environ out has spans without them."""
    app = make_app()
    (span,) = spans_of(app, HTTP_HOST="", SERVER_PROTOCOL="", HTTP_USER_AGENT="")
    assert "server.address" not in (span.attributes or {})
