"""What is believed of ``X-Forwarded-*``."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_baseline import Baseline, ConfigError

from ..lines import access_lines_of
from .asking import app_of, ask

DIRECT = {"address": "10.0.0.1", "scheme": "http", "host": "shop.example", "root": ""}
HOSTS = ["shop.example", "www.shop.example"]

Headers = dict[str, str]


def forwarded(**headers: str) -> Headers:
    return {f"HTTP_X_FORWARDED_{name.upper()}": value for name, value in headers.items()}


ALL = forwarded(
    **{"for": "192.0.2.7", "proto": "https", "host": "www.shop.example", "prefix": "/shop", "port": "8443"}
)

SEEN: dict[str, tuple[dict[str, object], Headers, Headers]] = {
    "no-hop": ({}, ALL, {}),
    "no-hop-with-hosts": ({"trusted_hosts": HOSTS}, ALL, {}),
    "one-hop": ({"proxy_hops": 1}, ALL, {"address": "192.0.2.7", "scheme": "https"}),
    "one-hop-with-hosts": (
        {"proxy_hops": 1, "trusted_hosts": HOSTS},
        ALL,
        {"address": "192.0.2.7", "scheme": "https", "host": "www.shop.example"},
    ),
    "prefix": (
        {"proxy_hops": 1, "proxy_prefix": True},
        ALL,
        {"address": "192.0.2.7", "scheme": "https", "root": "/shop"},
    ),
    "nothing-said": ({"proxy_hops": 1, "proxy_prefix": True, "trusted_hosts": HOSTS}, {}, {}),
    "one-hop-last-value": (
        {"proxy_hops": 1},
        forwarded(**{"for": "1.1.1.1, 2.2.2.2,3.3.3.3", "proto": "https, http"}),
        {"address": "3.3.3.3"},
    ),
    "two-hops": (
        {"proxy_hops": 2},
        forwarded(**{"for": "1.1.1.1, 2.2.2.2, 3.3.3.3", "proto": "http,https,http"}),
        {"address": "2.2.2.2", "scheme": "https"},
    ),
    "two-hops-too-few-values": (
        {"proxy_hops": 2, "proxy_prefix": True, "trusted_hosts": HOSTS},
        ALL,
        {},
    ),
    "empty": (
        {"proxy_hops": 1, "proxy_prefix": True},
        forwarded(**{"for": "", "proto": "", "prefix": ""}),
        {},
    ),
    "commas": ({"proxy_hops": 1}, forwarded(**{"for": ",,", "proto": ", ,"}), {}),
    "upper-case-scheme": ({"proxy_hops": 1}, forwarded(proto="HTTPS"), {"scheme": "https"}),
    "websocket": ({"proxy_hops": 1}, forwarded(proto="wss"), {"scheme": "https"}),
}


@pytest.mark.parametrize(("options", "headers", "changes"), SEEN.values(), ids=SEEN)
def test_what_a_view_sees(options: dict[str, object], headers: Headers, changes: Headers) -> None:
    """A view sees what the outermost counted proxy has said, and the connection where it said nothing."""
    answer = ask(app_of(**options), HTTP_HOST="shop.example", **headers)
    assert answer.json == {**DIRECT, **changes, "body": ""}


ADDRESSES = {
    "ipv4": ("192.0.2.7", "192.0.2.7"),
    "ipv4-port": ("192.0.2.7:4711", "192.0.2.7"),
    "ipv6": ("2001:DB8::1", "2001:db8::1"),
    "ipv6-brackets": ("[2001:db8::1]", "2001:db8::1"),
    "ipv6-port": ('"[2001:db8::1]:4711"', "2001:db8::1"),
    "ipv4-in-ipv6": ("::ffff:192.0.2.7", "192.0.2.7"),
    "unknown": ("unknown", None),
    "obfuscated": ("_hidden", None),
    "name": ("client.example", None),
    "out-of-range": ("192.0.2.256", None),
    "too-short": ("192.0.2", None),
    "number": ("3221225991", None),
    "other-digits": ("192.0.2.\xb2", None),
    "zone": ("fe80::1%<script>", None),
    "script": ("<script>alert(1)</script>", None),
    "line-end": ("192.0.2.7\r\nfake line", None),
    "escape": ("\x1b[2J", None),
    "long": ("1" * 100_000, None),
    "brackets-of-nothing": ("[]", None),
    "quote": ('"', None),
}


@pytest.mark.parametrize(("value", "address"), ADDRESSES.values(), ids=ADDRESSES)
def test_addresses(capsys: pytest.CaptureFixture[str], value: str, address: str | None) -> None:
    """An address is one whatever the proxy adds to it; what is none leaves that of the proxy."""
    answer = ask(app_of(proxy_hops=1), HTTP_X_FORWARDED_FOR=value)
    assert answer.json["address"] == (address or "10.0.0.1")
    (line,) = access_lines_of(capsys)
    assert line["client.address"] == (address or "10.0.0.1")


@pytest.mark.parametrize(
    "scheme", ["gopher", "javascript", "https://", "httpsx", "\xb9", "https\r\nX: 1", '"']
)
def test_a_scheme_that_is_none(scheme: str) -> None:
    """What is no scheme of HTTP leaves that of the connection."""
    for own in ("http", "https"):
        answer = ask(app_of(proxy_hops=1), HTTP_X_FORWARDED_PROTO=scheme, **{"wsgi.url_scheme": own})
        assert answer.json["scheme"] == own


UWSGI: dict[str, tuple[dict[str, str], str]] = {
    "plain": ({}, "http"),
    "tls": ({"HTTPS": "on"}, "https"),
    "not-tls": ({"HTTPS": "off"}, "http"),
    "protocol": ({"UWSGI_SCHEME": "https"}, "https"),
}


@pytest.mark.parametrize(("variables", "scheme"), UWSGI.values(), ids=UWSGI)
@pytest.mark.parametrize("header", ["PROTO", "SSL"])
def test_uwsgi(header: str, variables: dict[str, str], scheme: str) -> None:
    """uWSGI believes any client; what its own connection or protocol says holds, and what proxies say."""
    forged = {f"HTTP_X_FORWARDED_{header}": "gopher", "wsgi.url_scheme": "gopher", "uwsgi.version": b"2.0"}
    assert ask(app_of(), **forged, **variables).json["scheme"] == scheme
    behind = forged | {"HTTP_X_FORWARDED_PROTO": "https"}
    assert ask(app_of(proxy_hops=1), **behind, **variables).json["scheme"] == "https"


PREFIXES = {
    "slash-at-the-end": ("/shop/", "/shop"),
    "deep": ("/eu/shop", "/eu/shop"),
    "slash": ("/", ""),
    "no-slash": (".evil.example", ""),
    "user": ("@evil.example", ""),
    "two-slashes": ("//evil.example", ""),
    "backslash": ("/\\evil.example", ""),
    "url": ("https://evil.example", ""),
    "line-end": ("/shop\r\nX: 1", ""),
    "query": ("/shop?x", ""),
}


@pytest.mark.parametrize(("prefix", "root"), PREFIXES.values(), ids=PREFIXES)
def test_prefixes(prefix: str, root: str) -> None:
    """A prefix is a path; what is none would send redirects to another host, and is not believed."""
    answer = ask(app_of(proxy_hops=1, proxy_prefix=True), HTTP_X_FORWARDED_PREFIX=prefix)
    assert answer.json["root"] == root


@pytest.mark.parametrize(
    "host", ["evil.example", "shop.example@evil.example", "", "shop.example/", "a, evil.example"]
)
def test_forged_forwarded_host(host: str) -> None:
    """A host in the header of a proxy is checked like any other; an empty one says nothing."""
    app = app_of(proxy_hops=1, trusted_hosts=HOSTS)
    answer = ask(app, HTTP_HOST="shop.example", HTTP_X_FORWARDED_HOST=host)
    assert answer.status == (400 if host else 200)


def _wrapped(before: bool, after: bool, fix: dict[str, int], **options: Any) -> Flask:
    app = Flask("shop")
    app.config.update({f"BASELINE_INGRESS_{name.upper()}": value for name, value in options.items()})
    inner = app_of(enabled=False)
    app.view_functions["seen"] = inner.view_functions["seen"]
    app.add_url_rule("/", "seen")
    if before:
        app.wsgi_app = ProxyFix(app.wsgi_app, **fix)
    Baseline(app)
    if after:
        app.wsgi_app = ProxyFix(app.wsgi_app, **fix)
    return app


@pytest.mark.parametrize(
    ("before", "after"), [(True, False), (False, True), (True, True)], ids=["before", "after", "both"]
)
def test_proxy_fix_of_the_app(capsys: pytest.CaptureFixture[str], before: bool, after: bool) -> None:
    """An app in ProxyFix keeps what that believes, and hosts and https are judged by it."""
    fix = {"x_for": 1, "x_proto": 1, "x_host": 1}
    app = _wrapped(before, after, fix, trusted_hosts=HOSTS, https=True)
    headers = forwarded(**{"for": "1.1.1.1, 2.2.2.2", "proto": "https", "host": "www.shop.example"})
    answer = ask(app, HTTP_HOST="backend:8000", **headers)
    assert answer.json == {
        "address": "2.2.2.2",
        "scheme": "https",
        "host": "www.shop.example",
        "root": "",
        "body": "",
    }
    (line,) = access_lines_of(capsys)
    assert line["client.address"] == "2.2.2.2"
    forged = headers | forwarded(host="evil.example")
    assert ask(app, HTTP_HOST="shop.example", **forged).status == 400
    assert ask(app, HTTP_HOST="shop.example").status == 308


@pytest.mark.parametrize("hops", [0, 1])
def test_proxy_fix_before_and_a_setting(hops: int) -> None:
    """ProxyFix on the app and our setting for the same cannot both be, and starting says so."""
    with pytest.raises(ConfigError) as caught:
        _wrapped(True, False, {}, proxy_hops=hops)
    (problem,) = caught.value.problems
    assert str(problem) == (
        "BASELINE_INGRESS_PROXY_HOPS (app): repeats the ProxyFix on the app. Fix: remove ProxyFix."
    )


def test_proxy_fix_after_and_a_setting(caplog: pytest.LogCaptureFixture) -> None:
    """ProxyFix around Baseline is not repeated by our setting, which one line in the log says."""
    app = _wrapped(False, True, {"x_for": 1}, proxy_hops=2)
    for _ in range(2):
        answer = ask(app, HTTP_X_FORWARDED_FOR="1.1.1.1, 2.2.2.2, 3.3.3.3")
        assert answer.json["address"] == "3.3.3.3"
    told = [record for record in caplog.records if record.name == "flask_baseline.ingress"]
    assert [(record.levelno, record.message.split(",")[0]) for record in told] == [
        (logging.WARNING, "the app is wrapped in ProxyFix")
    ]
