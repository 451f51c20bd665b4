"""Origins as browsers send them.

https://fetch.spec.whatwg.org/#origin-header
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from .automaton import Matcher, automaton_of
from .patterns import Fault, is_local

# Apps in a web view and extensions of browsers have schemes of their own.
_ORIGIN = re.compile(
    r"([a-z][a-z0-9+.-]*)://([a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::([1-9][0-9]{0,4}))?"
)
_LABEL = "(?!-)[a-z0-9_-]+(?<!-)"
_OF_THE_WEB = re.compile(rf"https?://{_LABEL}(?:\.{_LABEL})*(?::[1-9][0-9]{{0,4}})?")
_DEFAULT_PORTS = {"http": "80", "https": "443"}

_MAX_LENGTH = 300
_MAX_KNOWN = 1_000


def origin_faults(origin: str, *, is_production: bool) -> Iterator[Fault]:
    """Yield what is wrong with a listed origin. It does not quote it."""
    match = _ORIGIN.fullmatch(origin)
    if match is None:
        yield _malformed(origin)
        return
    scheme, host, port = match.groups()
    if scheme in _DEFAULT_PORTS and port == _DEFAULT_PORTS[scheme]:
        yield "has the default port, which browsers leave out", "remove the port"
    if not is_production:
        return
    if scheme == "http":
        yield "is plain http, which anybody on its network can be", "use https"
    if scheme in _DEFAULT_PORTS and is_local(host):
        yield "is the developer's own machine", "list it in the profile dev alone"


def _malformed(origin: str) -> Fault:
    if origin == "null":
        return "is null, which every sandboxed frame and local file is", "remove it"
    if "*" in origin or "?" in origin:
        pattern = r"https://[a-z0-9-]+\.example\.com"
        return (
            "has a wildcard",
            f"set BASELINE_CORS_ORIGIN_PATTERNS to a regular expression such as {pattern}",
        )
    if not origin.isascii():
        return (
            "has an international name, which browsers send in its ASCII form",
            "write it as https://xn--bcher-kva.example",
        )
    if "@" in origin:
        return "has a user, which browsers do not send", "remove it"
    if "://" not in origin:
        return "has no scheme", "write it as https://app.example.com"
    if "/" in origin.partition("://")[2]:
        return "has a path or a slash at its end, which browsers do not send", "remove it"
    if origin != origin.lower():
        return "has upper case, which browsers do not send", "write it in lower case"
    return "is not an origin", "write it as https://app.example.com"


def decision(origins: Sequence[str], patterns: Sequence[str]) -> Callable[[str], bool]:
    """Return whether an ``Origin`` header has one of *origins*, or one that one of *patterns* takes."""
    exact = frozenset(origins)
    if not patterns:
        return exact.__contains__
    matchers = tuple(Matcher(automaton_of(pattern)) for pattern in patterns)
    # A client chooses what it sends, so that only good ones are kept, and not too many.
    known = {*exact}

    def is_allowed(origin: str) -> bool:
        if origin in known:
            return True
        if len(origin) > _MAX_LENGTH or _OF_THE_WEB.fullmatch(origin) is None:
            return False
        if not any(takes(origin) for takes in matchers):
            return False
        if len(known) < _MAX_KNOWN:
            known.add(origin)
        return True

    return is_allowed
