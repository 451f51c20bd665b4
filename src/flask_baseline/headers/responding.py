"""Put the headers on an answer; one that is there already wins."""

from __future__ import annotations

from flask import Flask

from .._edge import RespondStep
from .._exchange import Exchange, Header
from .compiling import POLICY, POLICY_REPORT_ONLY, Pairs
from .plans import plans
from .settings import HeadersSettings

PAGE_TYPES = (
    "text/html",
    "application/xhtml+xml",
    "image/svg+xml",
    "text/javascript",
    "application/javascript",
)
"""What a browser runs scripts of. A worker has the policy that its own script came with."""

_OURS = (
    "content-security-policy",
    "content-security-policy-report-only",
    "strict-transport-security",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
    "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
    "x-permitted-cross-domain-policies",
    "reporting-endpoints",
)

_KINDS = {
    "content-type": "type",
    "set-cookie": "cookie",
    **dict.fromkeys(("cache-control", "expires"), "caching"),
    **dict.fromkeys(("etag", "last-modified"), "validator"),
    **dict.fromkeys(_OURS, "ours"),
}
"""What a header means here, by its name in lower case."""

_NO_STORE: Header = ("Cache-Control", "no-store")
_NO_CACHE: Header = ("Cache-Control", "no-cache")

_MAX_NAMES = 256


def add_headers(app: Flask, settings: HeadersSettings) -> RespondStep:
    """Return the step that adds the headers."""
    find = plans(app, settings)
    caches = settings.cache_control

    # By the name as it is written, since an app writes each in one way.
    kinds: dict[str, str] = {}

    def respond(exchange: Exchange, headers: list[Header]) -> None:
        content_type = ""
        has_caching = has_cookie = has_validator = False
        present: set[str] | None = None
        for name, value in headers:
            kind = kinds.get(name)
            if kind is None:
                kind = _KINDS.get(name.lower(), "")
                if len(kinds) < _MAX_NAMES:
                    kinds[name] = kind
            if not kind:
                continue
            if kind == "type":
                content_type = value
            elif kind == "caching":
                has_caching = True
            elif kind == "validator":
                has_validator = True
            elif kind == "cookie":
                has_cookie = True
            else:
                present = {*(present or ()), name.lower()}
        environ = exchange.environ
        is_unchanged = exchange.status == 304
        if content_type:
            is_page = content_type.lower().startswith(PAGE_TYPES)
        else:
            # A 304 replaces the headers that the cache has of a page (RFC 9111, section 4.3.4).
            is_page = is_unchanged and "text/html" in environ.get("HTTP_ACCEPT", "")
        plan = find(exchange, is_page, environ.get("wsgi.url_scheme") == "https")
        nonce = exchange.nonce if is_page else None
        if nonce is None:
            pairs = plan.pairs
        elif is_unchanged:
            # The page that the cache has was made with another nonce, which its policy names.
            present = {*(present or ()), "content-security-policy"}
            pairs = plan.pairs
        else:
            pairs = plan.with_nonce(nonce)
        headers.extend(pairs if present is None else _missing(pairs, present))
        if caches and not has_caching:
            # What a cache keeps of a page with a nonce, or of a cookie, would be somebody else's.
            if has_cookie or nonce is not None:
                headers.append(_NO_STORE)
            elif not is_page:
                headers.append(_NO_CACHE if has_validator or is_unchanged else _NO_STORE)

    return respond


def _missing(pairs: Pairs, present: set[str]) -> Pairs:
    """Return the *pairs* that are not there.

    A policy of the view's own is in the place of ours, also of one that would only report.
    """
    if POLICY.lower() in present:
        present.add(POLICY_REPORT_ONLY.lower())
    return tuple(pair for pair in pairs if pair[0].lower() not in present)
