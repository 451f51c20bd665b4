"""Whatever a pattern that starts takes is at or below a domain that is written in it."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_baseline.cors.automaton import Matcher, automaton_of
from flask_baseline.cors.origins import decision
from flask_baseline.cors.pattern_syntax import UnclearError
from flask_baseline.cors.patterns import pattern_faults

# What a pattern may have before its domain, safe or not, and what may follow.
STARTS = ("https://", "https?://", "^https://", "(https|http)://", "https://(www|app)", "", "https:", ".*")
NAMES = [
    "[a-z0-9-]+", "[a-z]*", "[^.]+", ".*", ".", r"\w+", r"\S*", r"[\w.-]+", "[^/]*", "app", "(a|b)", "(app)?",
    r"([a-z]+\.)*", r"([a-z-]+\.)?", "[.]", r"(\w|-)+", "[a-z]{1,3}", "x{0,2}", "(evil|[a-z]+)?", r"\d+", "-",
]  # fmt: skip
DOTS = [r"\.", ".", "", r"\.?", "[.]", r"\.+", "[.-]", r"(\.|-)", r"(\.|)"]
DOMAINS = [r"example\.com", r"example.com", r"example\.(com|org)", r"(example\.com|example\.org)"]
ENDS = [
    "",
    "$",
    ".*",
    r"(:\d+)?",
    r"\.?",
    "[a-z]*",
    r":[0-9]{2,5}",
    r"/?",
    r"\D*",
    r"[:.]\d+",
    "(:8443|)",
    "-?",
]

LITERAL = ("app", "-", "(a|b)")


def _pattern(start: str, parts: list[str], dot: str, domain: str, end: str) -> str:
    # What is written in front of the domain without a dot would be a part of it.
    is_part = not dot and (parts[-1:] or [start])[0].endswith(LITERAL + STARTS[4:5])
    return start + "".join(parts) + (r"\." if is_part else dot) + domain + end


patterns = st.builds(
    _pattern,
    st.sampled_from(STARTS),
    st.lists(st.sampled_from([*NAMES, *filter(None, DOTS)]), max_size=4),
    st.sampled_from(DOTS),
    st.sampled_from(DOMAINS),
    st.sampled_from(ENDS),
)

texts = st.text(st.sampled_from(sorted("abz09-_.:/?@*+|()[]{},^$\\dwSDPnhtps\u00e9 \n")), max_size=25)

HOSTS = [
    f"{before}{domain}{after}{port}"
    for domain in ("example.com", "example.org", "example-com", "examplexcom", "exampleacom")
    for before in ("", "a.", "a.b.", "evil", "evil-", "a-", "x.evil", "-", ".", "app.", "1.", "1")
    for after in ("", ".evil.test", "evil", "-evil.test", ".", ".a", ".1")
    for port in ("", ":80", ":8443", ":80.evil.test")
]
ORIGINS = [f"{scheme}://{host}" for host in HOSTS for scheme in ("https", "http", "ftp")]
WEB = r"https?://(?!-)[a-z0-9_-]+(?<!-)(\.(?!-)[a-z0-9_-]+(?<!-))*(:[1-9][0-9]{0,4})?"
WRITTEN = re.compile(r"https?://([a-z0-9_-]+\.)*example\.(com|org)(:[0-9]{1,5})?")


def starts(pattern: str) -> bool:
    """Whether an app with *pattern* starts in development, where less is refused."""
    return not [*pattern_faults(pattern, is_production=False)]


@settings(max_examples=400, deadline=None)
@given(patterns)
def test_nothing_outside_of_the_domain(pattern: str) -> None:
    """Of a list of hostile origins none gets through, whatever is put together with a good domain."""
    if not starts(pattern):
        return
    is_allowed = decision([], [pattern])
    taken = [origin for origin in ORIGINS if is_allowed(origin)]
    assert [origin for origin in taken if WRITTEN.fullmatch(origin) is None] == []


@settings(max_examples=200, deadline=None)
@given(patterns, st.data())
def test_whatever_re_would_take(pattern: str, data: st.DataObject) -> None:
    """What `re` takes by the pattern is decided in the same way, and is at or below the domain."""
    if not starts(pattern):
        return
    origin = data.draw(
        st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True).filter(lambda t: len(t) < 200)
    )
    is_web_origin = re.fullmatch(WEB, origin) is not None
    assert decision([], [pattern])(origin) == is_web_origin
    assert not is_web_origin or WRITTEN.fullmatch(origin)


@settings(max_examples=600, deadline=None)
@given(texts, st.lists(st.text("ab0-.:/", max_size=8), max_size=10))
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_the_meaning_is_that_of_re(pattern: str, candidates: list[str]) -> None:
    """Any text that is read as a pattern is one to `re` too, and takes the same."""
    matcher = None
    with suppress(UnclearError):
        matcher = Matcher(automaton_of(pattern))
    if matcher is None:
        return
    theirs = re.compile(pattern)
    for text in candidates:
        # The empty text is no origin.
        assert matcher(text) == (bool(text) and theirs.fullmatch(text) is not None)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | texts)
def test_any_text_is_judged(pattern: str) -> None:
    """No text makes the judge fail, whatever it says."""
    assert isinstance([*pattern_faults(pattern, is_production=True)], list)
