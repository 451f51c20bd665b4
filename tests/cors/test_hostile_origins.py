"""An origin that only looks like a good one is refused, and its answer cannot poison a cache."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from .asking import EVIL, GOOD, PATTERN, ask, granted, preflight, shop, varies

HOSTILE = {
    "another": EVIL,
    "suffix": "https://app.example.com.evil.example",
    "suffix-without-a-dot": "https://app.example.comevil",
    "prefix": "https://app.evilexample.com",
    "prefix-of-the-scheme": "xhttps://app.example.com",
    "subdomain": "https://a.app.example.com",
    "parent": "https://example.com",
    "dot-as-any": "https://app.examplexcom",
    "other-dot-as-any": "https://appxexample.com",
    "port": "https://app.example.com:8443",
    "default-port": "https://app.example.com:443",
    "empty-port": "https://app.example.com:",
    "word-for-a-port": "https://app.example.com:evil",
    "plain-http": "http://app.example.com",
    "another-scheme": "ftp://app.example.com",
    "no-scheme": "app.example.com",
    "scheme-alone": "https://",
    "null": "null",
    "upper-case-host": "https://APP.example.com",
    "upper-case-domain": "https://app.EXAMPLE.com",
    "upper-case-scheme": "HTTPS://app.example.com",
    "user": "https://user@app.example.com",
    "good-one-as-user": "https://app.example.com@evil.example",
    "password": "https://app.example.com:443@evil.example",
    "international": "https://äpp.example.com",
    "look-alike-letter": "https://\u0430pp.example.com",
    "wide-dot": "https://app\u3002example.com",
    "trailing-dot": "https://app.example.com.",
    "empty-label": "https://.example.com",
    "two-dots": "https://app..example.com",
    "trailing-slash": "https://app.example.com/",
    "path": "https://evil.example/.example.com",
    "query": "https://evil.example?.example.com",
    "fragment": "https://evil.example#.example.com",
    "backslash": "https://evil.example\\.example.com",
    "leading-blank": f" {GOOD}",
    "trailing-blank": f"{GOOD} ",
    "trailing-line-end": f"{GOOD}\n",
    "header-in-it": f"{GOOD}\r\nX-Evil: 1",
    "null-byte": f"{GOOD}\0.evil.example",
    "two-with-a-comma": f"{GOOD}, {EVIL}",
    "two-with-a-blank": f"{EVIL} {GOOD}",
    "same-twice": f"{GOOD},{GOOD}",
    "empty": "",
    "wildcard": "*",
    "wildcard-host": "https://*.example.com",
    "huge": f"https://{'a' * 100_000}.example.com",
    "huge-without-end": "https://" + "a-" * 50_000,
}

CONFIGURED: dict[str, dict[str, Any]] = {
    "exact": {"origins": [GOOD]},
    "pattern": {"origin_patterns": [PATTERN]},
    "both": {"origins": [GOOD, "https://www.example.org"], "origin_patterns": [PATTERN, PATTERN]},
    "by-path": {"resources": {"/orders": {"origins": [GOOD]}}},
}

each_hostile = pytest.mark.parametrize("origin", HOSTILE.values(), ids=HOSTILE)


@pytest.fixture(params=CONFIGURED.values(), ids=CONFIGURED)
def app(request: pytest.FixtureRequest) -> Flask:
    """Return an app that lets one good origin in, in each of the ways to say so."""
    return shop(**request.param, credentials=True)


def _on_the_wire(text: str) -> str:
    """Return *text* as a server gives it."""
    return text.encode().decode("latin-1")


@each_hostile
def test_it_cannot_read_an_answer(app: Flask, origin: str) -> None:
    """The answer allows nothing, does not repeat the origin, and tells caches that it depends on it."""
    answer = ask(app, origin=_on_the_wire(origin))

    assert (answer.status_code, answer.json) == (200, {"id": 7})
    assert granted(answer) == {}
    assert varies(answer) == ["Origin"]
    assert "X-Evil" not in answer.headers


@each_hostile
def test_it_cannot_ask_for_more(app: Flask, origin: str) -> None:
    """Its preflight is refused with 403, without a header that would allow anything."""
    answer = preflight(app, headers="content-type", origin=_on_the_wire(origin))

    assert answer.status_code == 403
    assert granted(answer) == {}
    assert varies(answer)[0] == "Origin"
    assert len(origin) < 5 or _on_the_wire(origin) not in answer.text


def test_the_good_one_can(app: Flask) -> None:
    """Next to all of these the good origin is let in, itself and not a star, with its credentials."""
    assert granted(ask(app))["Allow-Origin"] == GOOD
    assert granted(ask(app))["Allow-Credentials"] == "true"
    assert granted(preflight(app))["Allow-Origin"] == GOOD


def test_nothing_is_sent_without_an_origin(app: Flask) -> None:
    """An answer to a request without an origin allows nothing, and has the same ``Vary``."""
    answer = ask(app, origin=None)

    assert (granted(answer), varies(answer)) == ({}, ["Origin"])


def test_hostile_origins_do_not_pile_up() -> None:
    """However many names below a domain are tried, an app keeps deciding right, good and bad in turn."""
    app = shop(origin_patterns=[PATTERN])

    for number in range(1_500):
        good, bad = f"https://a{number}.example.com", f"https://a{number}.example.org"
        if number % 100 == 0 or number > 1_490:
            assert granted(ask(app, origin=good))["Allow-Origin"] == good
            assert granted(ask(app, origin=bad)) == {}
