"""Who may read the page: a direct client of the private network, or one with the token."""

from __future__ import annotations

import pytest

from .pages import ask, make_app

TOKEN = "a-token-of-sixteen-and-more"
NON_ASCII = "clé-secrète-de-la-boutique"
FORWARDED = "HTTP_X_FORWARDED_FOR"

DIRECT = {
    "loopback": ("127.0.0.1", 200),
    "loopback-other": ("127.8.9.10", 200),
    "loopback-v6": ("::1", 200),
    "loopback-mapped": ("::ffff:127.0.0.1", 200),
    "private-10": ("10.1.2.3", 200),
    "private-172": ("172.16.0.1", 200),
    "private-172-last": ("172.31.255.255", 200),
    "private-192": ("192.168.1.1", 200),
    "link-local": ("169.254.1.1", 200),
    "private-mapped": ("::ffff:10.0.0.1", 200),
    "private-v6": ("fd12:3456::1", 200),
    "link-local-zone": ("fe80::1%eth0", 200),
    "beside-172": ("172.32.0.1", 404),
    "public": ("8.8.8.8", 404),
    "public-mapped": ("::ffff:8.8.8.8", 404),
    "public-v6": ("2001:4860:4860::8888", 404),
    "shared-of-providers": ("100.64.0.1", 404),
    "any": ("0.0.0.0", 404),
    "socket-of-the-file-system": ("", 404),
    "socket-by-its-name": ("unix:", 404),
    "with-a-port": ("127.0.0.1:5000", 404),
    "no-address": ("localhost", 404),
}


@pytest.mark.parametrize(("address", "status"), DIRECT.values(), ids=DIRECT)
def test_direct_clients(address: str, status: int) -> None:
    """Who asks directly from the machine or a private network sees the page; anybody else sees none."""
    assert ask(make_app(), "/metrics", environ_base={"REMOTE_ADDR": address}).status_code == status


def test_no_address_at_all() -> None:
    """A server that tells no address gives no permission."""
    app = make_app()

    def without(environ: dict[str, object], start_response: object) -> object:
        del environ["REMOTE_ADDR"]
        return wsgi_app(environ, start_response)  # type: ignore[arg-type]

    wsgi_app, app.wsgi_app = app.wsgi_app, without  # type: ignore[assignment,method-assign]
    assert ask(app, "/metrics").status_code == 404


HEADERS = [
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Port",
    "X-Forwarded-Server",
    "X-Forwarded-Prefix",
    "X-Forwarded-Ssl",
    "X-Forwarded-Client-Cert",
    "X-Real-IP",
    "X-Client-IP",
    "X-Cluster-Client-IP",
    "X-Original-Forwarded-For",
    "X-Envoy-External-Address",
    "True-Client-IP",
    "CF-Connecting-IP",
    "Fastly-Client-IP",
]


@pytest.mark.parametrize("value", ["127.0.0.1", ""], ids=["loopback", "empty"])
@pytest.mark.parametrize("header", HEADERS)
def test_through_a_proxy(header: str, value: str) -> None:
    """Whoever comes through a proxy is somebody else, whatever the proxy's own address is."""
    assert ask(make_app(), "/metrics", headers={header: value}).status_code == 404


def test_other_headers() -> None:
    """What Prometheus sends, and the ids of a trace, are no signs of a proxy."""
    headers = {
        "User-Agent": "Prometheus/2.42.0",
        "X-Prometheus-Scrape-Timeout-Seconds": "10",
        "X-Request-ID": "r-1",
        "traceparent": f"00-{'1' * 32}-{'2' * 16}-01",
    }
    assert ask(make_app(), "/metrics", headers=headers).status_code == 200


TOKENS = {
    "right": (f"Bearer {TOKEN}", 200),
    "any-case-of-the-scheme": (f"bEaReR {TOKEN}", 200),
    "spaces": (f"Bearer   {TOKEN} ", 200),
    "missing": (None, 404),
    "empty": ("", 404),
    "scheme-alone": ("Bearer", 404),
    "empty-token": ("Bearer ", 404),
    "token-alone": (TOKEN, 404),
    "wrong": (f"Bearer {TOKEN}x", 404),
    "beginning": (f"Bearer {TOKEN[:-1]}", 404),
    "other-case": (f"Bearer {TOKEN.upper()}", 404),
    "two": (f"Bearer {TOKEN} {TOKEN}", 404),
    "basic": (f"Basic {TOKEN}", 404),
    "not-ascii": ("Bearer \xff\xe9", 404),
    "none-of-latin-1": ("Bearer \u20ac\ud800", 404),
}


@pytest.mark.parametrize(("authorization", "status"), TOKENS.values(), ids=TOKENS)
def test_the_token(authorization: str | None, status: int) -> None:
    """The right bearer token opens the page from anywhere, through any proxy; no other does."""
    environ = {"REMOTE_ADDR": "8.8.8.8", FORWARDED: "1.2.3.4"}
    if authorization is not None:
        environ["HTTP_AUTHORIZATION"] = authorization
    app = make_app(token=TOKEN)
    assert ask(app, "/metrics", environ_base=environ).status_code == status


def test_a_token_that_is_not_ascii() -> None:
    """A token of other letters is compared as UTF-8, which clients send."""
    sent = f"Bearer {NON_ASCII}".encode().decode("latin-1")
    environ = {"REMOTE_ADDR": "8.8.8.8", "HTTP_AUTHORIZATION": sent}
    assert ask(make_app(token=NON_ASCII), "/metrics", environ_base=environ).status_code == 200


def test_a_wrong_token_from_near() -> None:
    """A client of the private network needs no token, so that a wrong one costs it nothing."""
    headers = {"Authorization": "Bearer wrong"}
    assert ask(make_app(token=TOKEN), "/metrics", headers=headers).status_code == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1"])
def test_nobody_without_the_token(address: str) -> None:
    """With an empty list of networks everybody needs the token."""
    app = make_app(allow=(), token=TOKEN)
    environ = {"REMOTE_ADDR": address}
    assert ask(app, "/metrics", environ_base=environ).status_code == 404
    environ["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    assert ask(app, "/metrics", environ_base=environ).status_code == 200


def test_other_networks() -> None:
    """Networks that are listed replace the private ones."""
    app = make_app(allow=("203.0.113.0/24", "2001:db8::1"))
    statuses = {
        address: ask(app, "/metrics", environ_base={"REMOTE_ADDR": address}).status_code
        for address in ("203.0.113.9", "::ffff:203.0.113.9", "2001:db8::1", "2001:db8::2", "127.0.0.1")
    }
    assert statuses == {
        "203.0.113.9": 200,
        "::ffff:203.0.113.9": 200,
        "2001:db8::1": 200,
        "2001:db8::2": 404,
        "127.0.0.1": 404,
    }


def test_refused_as_any_missing_page() -> None:
    """Who may not see the page cannot tell it from one that the app does not have."""
    app = make_app(token=TOKEN)
    environ = {"REMOTE_ADDR": "8.8.8.8"}
    refused, missing = (ask(app, path, environ_base=environ) for path in ("/metrics", "/missing"))
    assert (refused.status, refused.data) == (missing.status, missing.data)
    assert [*refused.headers.keys()] == [*missing.headers.keys()]
