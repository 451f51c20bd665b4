"""A pattern of origins must have its domains written out."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from flask_baseline import Baseline, ConfigError

from .asking import ask, granted, shop

OPEN = (
    "takes domains that are not written out. "
    r"Fix: end it with a dot and the domain, as in https://[a-z0-9-]+\.example\.com."
)
WILD = (
    "takes any character where a name or a dot should be. "
    r"Fix: write \. for a dot and [a-z0-9-]+ for a name."
)
SHARED = (
    "takes names below a domain where anybody can have one. "
    "Fix: write one name more before it, or list the origins."
)
UNCLEAR = "cannot be checked. Fix: write it with characters, classes, groups, | and repetitions alone."
EMPTY = (
    "takes no origin. Fix: write it in lower case from the scheme to the host or port, as in "
    r"https://[a-z0-9-]+\.example\.com."
)
PLAIN = "takes plain http, which anybody on its network can be. Fix: begin it with https:."
LOCAL = "takes the developer's own machine. Fix: list it in the profile dev alone."

REFUSED = {
    "any": (".*", WILD),
    "any-host": ("https://.*", WILD),
    "any-host-of-letters": ("https://[a-z.]+", OPEN),
    "any-name": ("https://[a-z]+", OPEN),
    "prefix": (r"https://.*example\.com", WILD),
    "prefix-of-letters": (r"https://[a-z]*example\.com", OPEN),
    "prefix-with-a-hyphen": (r"https://([a-z]+-)?example\.com", OPEN),
    "prefix-with-dots": (r"https://[\w.-]*example\.com", OPEN),
    "suffix": (r"https://app\.example\.com.*", WILD),
    "suffix-of-letters": (r"https://app\.example\.com[a-z]*", OPEN),
    "suffix-with-dots": (r"https://app\.example\.com[a-z.]*", OPEN),
    "suffix-in-a-choice": (r"https://app\.(example\.com|[a-z]+\.org)", OPEN),
    "another-in-a-choice": (r"https://app\.example\.com|https://[a-z]+\.org", OPEN),
    "dot-as-any": ("https://app.example.com", WILD),
    "one-dot-as-any": (r"https://[a-z]+\.example.com", WILD),
    "more-levels": (r"https://.*\.example\.com", WILD),
    "more-levels-by-exclusion": (r"https://[^/]+\.example\.com", WILD),
    "more-levels-by-class": (r"https://\S+\.example\.com", WILD),
    "any-port": (r"https://app\.example\.com(.\d+)?", WILD),
    "port-by-exclusion": (r"https://app\.example\.com[^a]*", WILD),
    "top-level": (r"https://[a-z]+\.com", OPEN),
    "any-top-level": (r"https://example\.[a-z]+", OPEN),
    "some-digits-in-the-domain": (r"https://example[0-9]\.com", OPEN),
    "optional-part-of-the-domain": (r"https://(www)?example\.com", OPEN),
    "optional-part-of-the-top": (r"https://example\.co(m)?", OPEN),
    "hyphen-for-the-dot": (r"https://(www)?[.-]example\.com", OPEN),
    "repeated-domain": (r"https://(example)+\.com", OPEN),
    "addresses": (r"https://10\.0\.\d+\.\d+", OPEN),
    "address-from-behind": (r"https://\d+\.\d+\.0\.1", OPEN),
    "glob": ("https://*.example.com", WILD),
    "country": (r"https://[a-z]+\.co\.uk", SHARED),
    "hoster": (r"https://[a-z]+\.github\.io", SHARED),
    "previews": (r"https://shop-[a-z0-9]+-team\.vercel\.app", SHARED),
    "no-regular-expression": ("https://(", UNCLEAR),
    "look-ahead": (r"https://(?!evil)[a-z]+\.example\.com", UNCLEAR),
    "look-behind": (r"https://[a-z]+(?<!evil)\.example\.com", UNCLEAR),
    "reference-back": (r"https://(a|b)\.\1\.example\.com", UNCLEAR),
    "flags": (r"(?i)https://[a-z]+\.example\.com", UNCLEAR),
    "word-boundary": (r"https://[a-z]+\b\.example\.com", UNCLEAR),
    "end-in-the-middle": (r"https://app\.example\.com$|.*$x", UNCLEAR),
    "wrong-range": (r"https://[z-a]\.example\.com", UNCLEAR),
    "range-of-classes": (r"https://[\d-z]\.example\.com", UNCLEAR),
    "open-class": (r"https://[a-z", UNCLEAR),
    "open-escape": ("https://app\\", UNCLEAR),
    "wrong-counts": (r"https://a{3,2}\.example\.com", UNCLEAR),
    "possessive": (r"https://[a-z]++\.example\.com", UNCLEAR),
    "huge": ("https://" + "a" * 1_000 + r"\.example\.com", UNCLEAR),
    "huge-repetition": (r"https://([a-z]{200}){200}\.example\.com", UNCLEAR),
    "huge-number": (r"https://[a-z]{99999999}\.example\.com", UNCLEAR),
    "deep": ("(" * 100 + "a" + ")" * 100, UNCLEAR),
    "repeated-nothing": (r"((((){200}){200}){200}){200}https://app\.example\.com", UNCLEAR),
    "upper-case": (r"https://App\.example\.com", EMPTY),
    "no-scheme": (r"[a-z]+\.example\.com", EMPTY),
    "another-scheme": (r"ftp://[a-z]+\.example\.com", EMPTY),
    "path": (r"https://[a-z]+\.example\.com/app", EMPTY),
    "user": (r"https://user@[a-z]+\.example\.com", EMPTY),
    "trailing-dot": (r"https://[a-z]+\.com\.", EMPTY),
    "empty": ("", EMPTY),
    "plain-http": (r"http://[a-z]+\.example\.com", PLAIN),
    "either-scheme": (r"https?://[a-z]+\.example\.com", PLAIN),
    "localhost": (r"https://localhost:\d+", LOCAL),
    "loopback": (r"https://127\.0\.0\.1(:\d+)?", LOCAL),
}


@pytest.mark.parametrize(("pattern", "text"), REFUSED.values(), ids=REFUSED)
def test_it_does_not_start(pattern: str, text: str) -> None:
    """A pattern that takes more than is written in it is refused in production, with what to write."""
    app = Flask("shop")
    app.config["BASELINE_CORS_ORIGIN_PATTERNS"] = [pattern]
    with pytest.raises(ConfigError) as raised:
        Baseline(app)
    (line,) = str(raised.value).splitlines()[1:]
    assert line.strip() == f"BASELINE_CORS_ORIGIN_PATTERNS (app.config): pattern 1 {text}"


TAKEN: dict[str, tuple[str, list[str], list[str]]] = {
    "one-name": (
        r"https://[a-z0-9-]+\.example\.com",
        ["https://app.example.com", "https://a-1.example.com"],
        ["https://example.com", "https://a.b.example.com", "https://app.example.com:8443"],
    ),
    "anchors": (r"^https://[a-z]+\.example\.com$", ["https://app.example.com"], ["https://a1.example.com"]),
    "other-anchors": (r"\Ahttps://\w+\.example\.com\Z", ["https://a_1.example.com"], ["https://.example.com"]),
    "escaped-slashes": (r"https:\/\/[\w-]+\.example\.com\/?", ["https://a.example.com"], []),
    "excluded-dot": (
        r"https://[^.]+\.example\.com",
        ["https://app.example.com"],
        ["https://a.b.example.com", "https://a:1.example.com", "https://evil/.example.com"],
    ),
    "several-levels": (
        r"https://([a-z0-9-]+\.)+example\.com",
        ["https://a.example.com", "https://a.b.c.example.com"],
        ["https://example.com", "https://aexample.com"],
    ),
    "dots-in-a-class": (r"https://[\w.-]+\.example\.com", ["https://a.b.example.com"], ["https://..example.com"]),
    "with-or-without": (
        r"https://(www\.)?example\.com",
        ["https://www.example.com", "https://example.com"],
        ["https://wwwexample.com", "https://a.example.com"],
    ),
    "choices": (
        r"https://(?:app|admin)\.example\.(com|org)",
        ["https://app.example.com", "https://admin.example.org"],
        ["https://app.example.net", "https://appadmin.example.com"],
    ),
    "whole-choices": (
        r"^https://app\.example\.com$|^https://[a-z]+\.example\.org$",
        ["https://app.example.com", "https://b.example.org"],
        ["https://b.example.com"],
    ),
    "ports": (
        r"https://app\.example\.com(:\d+)?",
        ["https://app.example.com", "https://app.example.com:8443"],
        ["https://app.example.com:", "https://app.example.com:123456", "https://app.example.com:x"],
    ),
    "counted": (
        r"https://pr-\d{1,4}\.example\.com",
        ["https://pr-7.example.com", "https://pr-1234.example.com"],
        ["https://pr-.example.com", "https://pr-12345.example.com"],
    ),
    "counted-exactly": (r"https://[ab]{2}\.example\.com", ["https://ab.example.com"], ["https://a.example.com"]),
    "at-least": (r"https://a{2,}\.example\.com", ["https://aaa.example.com"], ["https://a.example.com"]),
    "lazy": (r"https://[a-z]+?\.example\.com", ["https://abc.example.com"], []),
    "digits": (r"https://app[0-9]\.example\.com", ["https://app7.example.com"], ["https://app77.example.com"]),
    "named-group": (r"https://(?P<who>[a-z]+)\.example\.com", ["https://a.example.com"], []),
    "own-name-at-a-hoster": (r"https://[a-z]+\.shop\.pages\.dev", ["https://a.shop.pages.dev"], []),
    "whole-hosts-at-a-hoster": (
        r"https://shop-(blue|green)\.vercel\.app",
        ["https://shop-blue.vercel.app"],
        ["https://shop-red.vercel.app"],
    ),
    "internal": (r"https://[a-z]+\.internal", ["https://shop.internal"], ["https://internal"]),
    "slow-for-others": (r"https://(([a-z]+)+-?)+\.example\.com", ["https://a-b.example.com"], []),
}  # fmt: skip


@pytest.mark.parametrize(("pattern", "good", "bad"), TAKEN.values(), ids=TAKEN)
def test_what_it_takes(pattern: str, good: list[str], bad: list[str]) -> None:
    """A safe pattern takes what it says, as a whole."""
    app = shop(origin_patterns=[pattern])

    for origin in good:
        assert granted(ask(app, origin=origin))["Allow-Origin"] == origin
    for origin in bad:
        assert granted(ask(app, origin=origin)) == {}


def test_time_does_not_depend_on_the_client() -> None:
    """A pattern with which `re` would never end on some text decides on any text."""
    app = shop(origin_patterns=[r"https://(([a-z]+)+-?)+\.example\.com"])

    assert granted(ask(app, origin=f"https://{'a' * 250}.example.org")) == {}
    assert granted(ask(app, origin=f"https://{'a' * 250}.example.com")) != {}


@pytest.mark.parametrize("value", [5, [5], [None], {"a": 1}], ids=["number", "numbers", "nothing", "table"])
def test_no_patterns(value: Any) -> None:
    """What is no list of texts is an error, and no traceback."""
    with pytest.raises(ConfigError, match="has the wrong type"):
        shop(origin_patterns=value)
