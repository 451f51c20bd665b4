"""Redirects to where a request says."""

from __future__ import annotations

import pytest
from flask import Flask, request
from werkzeug.wrappers import Response

from flask_baseline.redirects import is_local, safe_redirect

LOCAL = {
    "root": "/",
    "path": "/orders/17",
    "query": "/orders?page=2&sort=-date",
    "fragment": "/orders#top",
    "quoted": "/caf%C3%A9?q=a%20b",
    "user": "/@ada",
    "colon": "/a:b",
    "dots": "/a/../b",
    "url-in-query": "/login?next=https://shop.example/",
    "dots-and-slashes": "/a/..//b",
    "two-slashes-inside": "/a//b",
    "non-ascii": "/caf\u00e9",
}

ELSEWHERE = {
    "empty": "",
    "absolute": "https://evil.example/",
    "no-scheme": "//evil.example/",
    "three-slashes": "///evil.example/",
    "backslashes": "\\\\evil.example",
    "slash-backslash": "/\\evil.example",
    "backslash-slash": "\\/evil.example",
    "backslash-later": "/a\\..\\..\\evil.example",
    "tab-between": "/\t/evil.example",
    "line-feed-between": "/\n/evil.example",
    "carriage-return-between": "/\r/evil.example",
    "tab-before": "\t//evil.example",
    "space-before": " //evil.example",
    "space-before-path": " /orders",
    "null-before": "\x00//evil.example",
    "null-between": "/\x00/evil.example",
    "delete": "/\x7f/evil.example",
    "new-header": "/a\r\nSet-Cookie: session=evil",
    "scheme": "javascript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "relative": "orders",
    "relative-host": "evil.example",
    "scheme-without-slashes": "https:evil.example",
    "scheme-one-slash": "https:/evil.example",
    "user": "@evil.example",
    "port": ":80",
    "query-alone": "?next=//evil.example",
    "fragment-alone": "#top",
    "next-line": "/\x85/evil.example",
    "wide-space": "\u3000//evil.example",
    "line-separator": "/\u2028/evil.example",
    "surrogate": "/\ud800",
    "open-bracket": "//[evil.example",
}


@pytest.mark.parametrize("target", LOCAL.values(), ids=LOCAL)
def test_a_path_of_this_site(target: str) -> None:
    """A path of the site is where it leads."""
    assert is_local(target)
    assert safe_redirect(target).headers["Location"].startswith("/")


@pytest.mark.parametrize("target", ELSEWHERE.values(), ids=ELSEWHERE)
def test_another_site(target: str) -> None:
    """Whatever a browser could take for another site, or is no path, leads to the default."""
    assert not is_local(target)
    response = safe_redirect(target, "/account")
    assert (response.status_code, response.headers["Location"]) == (302, "/account")


def test_in_a_view() -> None:
    """A view passes on what the request says, which may be nothing."""
    app = Flask("shop")

    @app.get("/login")
    def login() -> Response:
        return safe_redirect(request.args.get("next"), code=303)

    client = app.test_client()
    for query, location in (
        ("", "/"),
        ("?next=/orders?page%3D2", "/orders?page=2"),
        ("?next=//evil.example", "/"),
    ):
        response = client.get(f"/login{query}")
        assert (response.status_code, response.headers["Location"]) == (303, location)
