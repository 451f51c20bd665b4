"""Other headers for one view, one blueprint, or all below a path."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from flask import Blueprint, Flask

from ..settings.rules import SettingError
from .options import VIEW_OPTIONS, UnknownOptionError, view_options
from .policies import ALLOW_FROM, OFF

Marked = TypeVar("Marked", bound="Callable[..., Any] | Blueprint")

MARK = "_baseline_security_headers"
_TALISMANS = "talisman_view_options"
"""Where flask-talisman's decorator leaves its options."""

_log = logging.getLogger("flask_baseline.headers")


def security_headers(**options: Any) -> Callable[[Marked], Marked]:
    """Send other security headers with the answers of the view below, or of a blueprint.

    ``security_headers(frame_options="SAMEORIGIN")(blueprint)`` is for all views of a blueprint. A policy
    holds for pages and for all else that the view answers.

    Args:
        options: those of `BASELINE_HEADERS_*` that are listed in the reference; False turns a header off.

    Raises:
        TypeError: there is no such option.
        ValueError: a value cannot be that of a header.
    """
    try:
        checked = view_options(options)
    except UnknownOptionError as error:
        raise TypeError(f"security_headers {error.what}. Fix: {error.fix}.") from None
    except SettingError as error:
        raise ValueError(f"security_headers {error.what}. Fix: {error.fix}.") from None

    def mark(marked: Marked) -> Marked:
        setattr(marked, MARK, {**getattr(marked, MARK, {}), **checked})
        return marked

    return mark


def options_of(app: Flask, endpoint: str, method: str) -> dict[str, Any]:
    """Return the options of a view: its own, else those of its blueprints, the inner ones first."""
    found: dict[str, Any] = {}
    for name in blueprints_of(endpoint):
        found |= getattr(app.blueprints.get(name), MARK, {})
    view = app.view_functions.get(endpoint)
    view_class = getattr(view, "view_class", None)
    found |= getattr(view_class, MARK, {})
    found |= _of_talisman(endpoint, getattr(view, _TALISMANS, {}))
    found |= getattr(view, MARK, {})
    handler = getattr(view_class, method.lower(), None)
    if handler is None and method == "HEAD":
        handler = getattr(view_class, "get", None)
    return found | getattr(handler, MARK, {})


def blueprints_of(endpoint: str) -> Iterator[str]:
    """Yield the names of the blueprints that an endpoint is in, the outer ones first."""
    parts = endpoint.split(".")[:-1]
    for depth in range(1, len(parts) + 1):
        yield ".".join(parts[:depth])


def _of_talisman(endpoint: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of flask-talisman's decorator; what cannot be taken is logged."""
    found: dict[str, Any] = {}
    for name, value in options.items():
        if name == "frame_options" and value == ALLOW_FROM.strip():
            value = ALLOW_FROM + str(options.get("frame_options_allow_from"))
        if name in VIEW_OPTIONS:
            nothing: object = [] if name == "content_security_policy_nonce_in" else OFF
            try:
                found |= view_options({name: value or nothing})
            except SettingError as error:
                _log.error("flask-talisman's decorator on %s %s. Fix: %s.", endpoint, error.what, error.fix)
        elif value and name != "frame_options_allow_from":
            _log.warning("flask-talisman's option %s on %s has no effect here.", name, endpoint)
    return found
