"""Tell clients when an endpoint is deprecated, when it will be gone, and what replaces it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timezone
from functools import wraps
from typing import Any

from flask import Response, after_this_request
from werkzeug.http import http_date

from .._operation import HeaderNote
from .arguments import named
from .layer import Layer, Run

_UTC = timezone.utc
_PATH = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*"
_MORE = _PATH.replace("/-", "/?-")
# Brackets are for an address in the place of a host, and nowhere else.
_URI_REFERENCE = re.compile(
    rf"(?!$)(?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?//\[[0-9A-Fa-f:.]+\](?=[:/?#]|$))?"
    rf"{_PATH}(?:\?{_MORE})?(?:#{_MORE})?"
)
"""RFC 3986, section 4.1, but for a colon in the first segment of a relative path."""


def deprecation_layer(
    view: Callable[..., Any], *, deprecated: date | bool, sunset: date | None, successor: str | None
) -> Layer:
    """Return the layer that sends ``Deprecation``, ``Sunset`` and a ``Link`` with every answer, errors too.

    Args:
        view: the function, to be named in messages.
        deprecated: since when (RFC 9745). The header has no form for an unknown date, so True sends none.
        sunset: when it will be gone (RFC 8594).
        successor: the URL of what replaces it (``successor-version``, RFC 5829).

    Raises:
        ValueError: a time has no zone, the sunset is before the deprecation, or *successor* is no URL.
    """
    since = None if isinstance(deprecated, bool) else _moment(view, deprecated)
    until = None if sunset is None else _moment(view, sunset)
    if since and until and until < since:
        raise ValueError(f"{named(view)}: the sunset cannot be before the deprecation (RFC 9745, section 4).")
    if successor is not None and not _URI_REFERENCE.fullmatch(successor):
        raise ValueError(f"{named(view)}: the successor {successor!r} is not a URL.")
    times: dict[str, str] = {}
    notes: dict[str, HeaderNote] = {}
    if since is not None:
        times["Deprecation"] = f"@{int(since.timestamp())}"
        notes["Deprecation"] = HeaderNote("Since when it is deprecated (RFC 9745).")
    if until is not None:
        times["Sunset"] = http_date(until)
        notes["Sunset"] = HeaderNote("When it will be gone (RFC 8594).")
    if successor is not None:
        notes["Link"] = HeaderNote("What replaces it (RFC 8288).")

    def announce(response: Response) -> Response:
        for name, value in times.items():
            # Each has one value, and that of the view is for this answer.
            response.headers.setdefault(name, value)
        if successor is not None:
            response.headers.add("Link", f'<{successor}>; rel="successor-version"')
        return response

    def wrap(run: Run) -> Run:
        @wraps(run)
        def announced(*args: Any, **kwargs: Any) -> Response:
            # Not the response that `run` returns: an error has one too, of whichever handler takes it.
            after_this_request(announce)
            return run(*args, **kwargs)

        return announced

    return Layer(wrap, response_headers=notes)


def _moment(view: Callable[..., Any], when: date) -> datetime:
    if not isinstance(when, datetime):
        return datetime.combine(when, time(), _UTC)
    if when.tzinfo is None:
        raise ValueError(f"{named(view)}: the time {when} needs a time zone, or be a date, which is in UTC.")
    return when
