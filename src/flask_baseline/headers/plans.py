"""Find the plan of an answer: by the view, and by where it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from flask import Flask

from .._exchange import Exchange
from .compiling import Plan, compile_plan
from .marks import blueprints_of, options_of
from .settings import HeadersSettings

_log = logging.getLogger("flask_baseline.headers")

FindPlan = Callable[[Exchange, bool, bool], Plan]
"""Takes whether the answer is a page, and whether it goes by https."""

_MAX_PLANS = 4_096


def plans(app: Flask, settings: HeadersSettings) -> FindPlan:
    """Return what finds the plan of an answer. Each is compiled once."""
    by_path, by_blueprint = _places(settings)
    paths = sorted(by_path, key=len)
    names_root = settings.report_path is not None
    known: dict[tuple[str | None, str, str, str, bool, bool], Plan] = {}

    def find(exchange: Exchange, is_page: bool, is_secure: bool) -> Plan:
        rule, environ = exchange.rule, exchange.environ
        # Methods of a class can differ. A method of the client's own choice has no rule.
        endpoint, method = (None, "") if rule is None else (rule.endpoint, environ["REQUEST_METHOD"])
        place = _place(environ.get("PATH_INFO", ""), paths) if paths else ""
        root = environ.get("SCRIPT_NAME", "") if names_root else ""
        key = (endpoint, method, place, root, is_page, is_secure)
        plan = known.get(key)
        if plan is None:
            if not known:
                _tell_of_unknown(app, by_blueprint)
            options: dict[str, Any] = {}
            for path in paths:
                if place == path or place.startswith(f"{path}/"):
                    options |= by_path[path]
            if endpoint is not None:
                for name in blueprints_of(endpoint):
                    options |= by_blueprint.get(name, {})
                options |= options_of(app, endpoint, method)
            # The root may come from a header, as bytes in Latin-1 (PEP 3333).
            quoted = quote(root.encode("latin-1", "replace"), safe="/")
            plan = compile_plan(settings, options, is_page=is_page, is_secure=is_secure, root=quoted)
            if len(known) < _MAX_PLANS:
                known[key] = plan
        return plan

    return find


def _places(settings: HeadersSettings) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the options by path, as servers hand it over, and by blueprint."""
    by_path: dict[str, Any] = {}
    by_blueprint: dict[str, Any] = {}
    for place, options in settings.overrides.items():
        if place.startswith("/"):
            by_path[place.rstrip("/").encode().decode("latin-1")] = options
        else:
            by_blueprint[place] = options
    return by_path, by_blueprint


def _place(path: str, paths: list[str]) -> str:
    """Return the longest of *paths* that *path* is or is below; they are in the order of their lengths."""
    return next((known for known in reversed(paths) if path == known or path.startswith(f"{known}/")), "")


def _tell_of_unknown(app: Flask, by_blueprint: Mapping[str, Any]) -> None:
    # At the first request, since blueprints come after the start.
    for name in sorted(by_blueprint.keys() - app.blueprints.keys()):
        _log.warning(
            "BASELINE_HEADERS_OVERRIDES names the blueprint %r, which the app does not have. Fix: name a "
            "blueprint, or a path that begins with /.",
            name,
        )
