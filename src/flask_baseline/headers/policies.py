"""The values of the headers, as an app gives them or as they are by default.

https://www.w3.org/TR/CSP3/ and https://www.w3.org/TR/permissions-policy/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import cast

OFF = "off"
"""The value of a header that is not sent."""

API_CSP = "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

HTML_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)

PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer autoplay browsing-topics camera display-capture encrypted-media fullscreen "
        "geolocation gyroscope hid idle-detection magnetometer microphone midi payment picture-in-picture "
        "publickey-credentials-get screen-wake-lock serial usb web-share xr-spatial-tracking"
    ).split()
)

REFERRER_POLICIES = frozenset(
    {
        *("no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin"),
        *("strict-origin", "strict-origin-when-cross-origin", "unsafe-url", OFF),
    }
)

ALLOW_FROM = "ALLOW-FROM "
"""What begins a value of `X-Frame-Options` that browsers no longer know; a policy says it in its place."""

_ANCESTORS = {"DENY": "'none'", "SAMEORIGIN": "'self'"}

_PRINTABLE = re.compile(r"[\x20-\x7e]+")

_KEYWORDS = frozenset({"none", "self", "strict-dynamic", "unsafe-eval", "unsafe-hashes", "unsafe-inline"})


def header_text(value: object) -> object:
    """Return a policy as flask-talisman takes it, a table or text, as text; False is `OFF`."""
    if isinstance(value, Mapping):
        table = cast("Mapping[object, object]", value)
        return "; ".join(f"{name} {_joined(words)}".strip() for name, words in table.items()) or OFF
    if isinstance(value, str):
        text = value.strip()
        return OFF if text.lower() in ("off", "false") else text
    return OFF if value is False else value


def csp_text(value: object) -> object:
    """Return a content security policy as text, without a semicolon at its end."""
    text = header_text(value)
    return text.rstrip("; ") if isinstance(text, str) else text


def permissions_text(value: object) -> object:
    """Return a permissions policy, a table or text, as text; False is `OFF`."""
    if isinstance(value, Mapping):
        table = cast("Mapping[object, object]", value)
        return ", ".join(f"{name}={_allowed(words)}" for name, words in table.items()) or OFF
    return header_text(value)


def frame_text(value: object) -> object:
    """Return a value of `X-Frame-Options` in the case that it has."""
    text = header_text(value)
    if not isinstance(text, str) or text == OFF:
        return text
    head, space, origins = text.partition(" ")
    return head.upper() + space + origins


def is_header(text: str) -> bool:
    """Whether *text* can be the value of a header."""
    return _PRINTABLE.fullmatch(text) is not None


def unquoted(policy: str) -> str | None:
    """Return the first keyword of *policy* without its quotes, which a browser takes for a host."""
    words = (word for words in directives(policy).values() for word in words.split())
    return next((word for word in words if word.lower() in _KEYWORDS), None)


def directives(policy: str) -> dict[str, str]:
    """Return the directives of a content security policy; of two with one name the first holds."""
    found: dict[str, str] = {}
    for part in policy.split(";"):
        name, _, words = part.strip().partition(" ")
        if name:
            found.setdefault(name.lower(), words.strip())
    return found


def with_source(policy: str, names: Sequence[str], source: str) -> str:
    """Return *policy* with one source more in each of its directives in *names*.

    One that is not there is made of ``default-src``, which is what browsers take in its place.
    """
    table = directives(policy)
    for name in names:
        words = table.get(name, table.get("default-src"))
        if words is not None:
            others = [word for word in words.split() if word.lower() != "'none'"]
            table[name] = " ".join([*others, source])
    return _policy(table)


def with_ancestors(policy: str, frame_options: str) -> str:
    """Return *policy* with the ``frame-ancestors`` that say what *frame_options* says."""
    table = directives(policy)
    if frame_options == OFF:
        table.pop("frame-ancestors", None)
    else:
        origins = frame_options.removeprefix(ALLOW_FROM)
        table["frame-ancestors"] = _ANCESTORS.get(frame_options, origins)
    return _policy(table)


def _policy(table: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {words}".strip() for name, words in table.items())


def _joined(words: object) -> str:
    return words if isinstance(words, str) else " ".join(map(str, cast("Sequence[object]", words)))


def _allowed(words: object) -> str:
    """Return an allowlist: the text of flask-talisman, ``()`` or ``(self)``, or that of a list."""
    return words if isinstance(words, str) else f"({_joined(words)})"
