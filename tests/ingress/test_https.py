"""An app that is reached by HTTPS alone."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask

from .asking import app_of, ask, sent

HOST = "shop.example"


@pytest.fixture(scope="module")
def app() -> Flask:
    return app_of(https=True, trusted_hosts=[HOST, "[::1]"])


PLACES = {
    "root": ("/", "", f"https://{HOST}/"),
    "no-path": ("", "", f"https://{HOST}/"),
    "query": ("/orders", "page=2&q=a%20b+c", f"https://{HOST}/orders?page=2&q=a%20b+c"),
    "space": ("/a b", "", f"https://{HOST}/a%20b"),
    "percent": ("/100%", "", f"https://{HOST}/100%25"),
    "question-mark": ("/a?b", "", f"https://{HOST}/a%3Fb"),
    "fragment": ("/a#b", "c#d", f"https://{HOST}/a%23b?c%23d"),
    "non-ascii": ("/caf\xc3\xa9", "q=\xc3\xa9", f"https://{HOST}/caf%C3%A9?q=%C3%A9"),
    "not-utf-8": ("/\xff", "\xff", f"https://{HOST}/%FF?%FF"),
    "two-slashes": ("//evil.example/", "", f"https://{HOST}//evil.example/"),
    "backslash": ("/\\evil.example", "\\", f"https://{HOST}/%5Cevil.example?%5C"),
    "user": ("/@evil.example", "", f"https://{HOST}/@evil.example"),
    "no-slash": (".evil.example/", "", f"https://{HOST}/.evil.example/"),
    "no-slash-user": ("@evil.example/", "", f"https://{HOST}/@evil.example/"),
    "no-slash-port": (":80@evil.example/", "", f"https://{HOST}/:80@evil.example/"),
    "star": ("*", "", f"https://{HOST}/*"),
    "line-end": (
        "/a\r\nSet-Cookie: x=1",
        "b\r\nX: 1",
        f"https://{HOST}/a%0D%0ASet-Cookie:%20x=1?b%0D%0AX:%201",
    ),
    "null": ("/\x00", "", f"https://{HOST}/%00"),
    "quotes": ("/\"'<>", "\"'<>", f"https://{HOST}/%22'%3C%3E?%22'%3C%3E"),
}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("path", "query", "location"), PLACES.values(), ids=PLACES)
def test_redirect(app: Flask, method: str, path: str, query: str, location: str) -> None:
    """GET and HEAD are sent to the same place by HTTPS, on the same host whatever the path is."""
    answer = ask(app, path, method, HTTP_HOST=HOST, QUERY_STRING=query)
    assert (answer.status, answer.headers["Location"], answer.body) == (308, location, b"")
    assert urlsplit(location).hostname == HOST


HOSTS = {
    "port-80": (f"{HOST}:80", f"https://{HOST}/"),
    "other-port": (f"{HOST}:8080", f"https://{HOST}:8080/"),
    "upper-case": (HOST.upper(), f"https://{HOST.upper()}/"),
    "ipv6": ("[::1]:80", "https://[::1]/"),
}


@pytest.mark.parametrize(("host", "location"), HOSTS.values(), ids=HOSTS)
def test_host_of_a_redirect(app: Flask, host: str, location: str) -> None:
    """The host stays as it was asked for, without the port that plain HTTP has by default."""
    assert ask(app, HTTP_HOST=host).headers["Location"] == location


def test_below_a_prefix(app: Flask) -> None:
    """What a server mounts the app at is part of the place."""
    answer = ask(app, "/b", HTTP_HOST=HOST, SCRIPT_NAME="/a c")
    assert answer.headers["Location"] == f"https://{HOST}/a%20c/b"


def test_a_forged_host_is_not_redirected_to(app: Flask) -> None:
    """A host that is not the app's gets 400 and no redirect."""
    answer = ask(app, HTTP_HOST="evil.example")
    assert (answer.status, "Location" in answer.headers) == (400, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "PURGE"])
def test_other_methods(app: Flask, method: str) -> None:
    """Any other method gets 403: its body, and what is secret in it, must not be sent like this again."""
    answer = ask(app, REQUEST_METHOD=method, HTTP_HOST=HOST, **sent(b"secret"))
    assert (answer.status, "Location" in answer.headers) == (403, False)
    assert answer.json["detail"] == "This is reached by https alone."
    assert answer.json["request_id"] == answer.headers["X-Request-ID"]


def test_options_passes(app: Flask) -> None:
    """OPTIONS reaches the app, since a browser takes no redirect for the answer to a preflight."""
    answer = ask(app, method="OPTIONS", HTTP_HOST=HOST)
    assert (answer.status, "Allow" in answer.headers) == (200, True)


def test_https_passes(app: Flask) -> None:
    """By HTTPS everything reaches the app."""
    environ = {"HTTP_HOST": HOST, "wsgi.url_scheme": "https"}
    assert ask(app, **environ).json["scheme"] == "https"
    assert ask(app, method="POST", **environ, **sent(b"hello")).json["body"] == "hello"


def test_a_client_cannot_say_that_it_is_https(app: Flask) -> None:
    """Headers of a client do not make a request one by HTTPS."""
    answer = ask(app, HTTP_HOST=HOST, HTTP_X_FORWARDED_PROTO="https", HTTP_X_FORWARDED_SSL="on")
    assert answer.status == 308


def test_a_proxy_can() -> None:
    """What the proxy says decides, in both directions."""
    app = app_of(https=True, trusted_hosts=[HOST], proxy_hops=1)
    for scheme, status in (("https", 200), ("http", 308)):
        assert ask(app, HTTP_HOST=HOST, HTTP_X_FORWARDED_PROTO=scheme).status == status


def test_off_by_default() -> None:
    """Unless it is asked for, plain HTTP is served."""
    assert ask(app_of(), method="POST", **sent(b"hello")).status == 200
