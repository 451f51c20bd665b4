"""What holds for which part of an app."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from flask import Flask
from werkzeug.exceptions import HTTPException

from .._exchange import Exchange, Header
from .flask_cors_keys import has_flask_cors
from .marks import marked_views, options_of
from .origins import decision
from .refusals import unsafe
from .settings import CorsSettings
from .vocabulary import Problem

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_log = logging.getLogger("flask_baseline.cors")


class Zone(NamedTuple):
    """The rules of one part of an app."""

    is_allowed: Callable[[str], bool]
    is_any: bool
    methods: frozenset[str]
    headers: frozenset[str] | None
    """In lower case; None for any."""
    preflight: tuple[Header, ...]
    actual: tuple[Header, ...]
    """Besides ``Access-Control-Allow-Origin``."""


def compile_zone(settings: CorsSettings) -> Zone:
    """Return *settings* in the form in which a request asks them."""
    credentials: tuple[Header, ...] = (
        (("Access-Control-Allow-Credentials", "true"),) if settings.credentials else ()
    )
    exposed, is_any = ", ".join(settings.expose_headers), "*" in settings.origins
    preflight = (
        ("Access-Control-Allow-Methods", ", ".join(settings.methods)),
        ("Access-Control-Allow-Headers", ", ".join(settings.allow_headers)),
        ("Access-Control-Max-Age", str(settings.max_age)),
    )
    return Zone(
        _anybody if is_any else decision(settings.origins, settings.origin_patterns),
        is_any,
        frozenset(settings.methods),
        None if "*" in settings.allow_headers else frozenset(map(str.lower, settings.allow_headers)),
        (*credentials, *(pair for pair in preflight if pair[1])),
        (*credentials, ("Access-Control-Expose-Headers", exposed)) if exposed else credentials,
    )


def _anybody(_origin: str) -> bool:
    return True


_NOBODY = compile_zone(CorsSettings())


class Zones:
    """The zones of one app.

    Args:
        app: whose views may have rules of their own.
        settings: what holds for the others.
        by_path: the rules below each path.
        is_production: whether a view's own are judged as in production.
    """

    def __init__(
        self, app: Flask, settings: CorsSettings, by_path: Mapping[str, CorsSettings], *, is_production: bool
    ) -> None:
        self._app, self._settings, self._is_production = app, settings, is_production
        # As a server gives a path: each byte of its UTF-8 is a character.
        zones = {
            path.rstrip("/").encode().decode("latin-1"): compile_zone(each) for path, each in by_path.items()
        }
        # The longest first.
        self._by_path = tuple(sorted(zones.items(), key=lambda item: -len(item[0])))
        self._everywhere = zones[""] if [*zones] == [""] else None
        self._by_view: dict[tuple[str, str], Zone] = {}
        self._surveyed, self._lock = 0, Lock()

    def of_path(self, path: str) -> Zone | None:
        """Return the zone of *path*; None where pages of other origins have no say."""
        if self._everywhere is not None:
            return self._everywhere
        for prefix, zone in self._by_path:
            if path.startswith(prefix) and (len(path) == len(prefix) or path[len(prefix)] == "/"):
                return zone
        return None

    def of_preflight(self, environ: WSGIEnvironment, method: str) -> Zone | None:
        """Return the zone of the request that a preflight announces."""
        by_view = self._views()
        if by_view:
            try:
                request = self._app.request_class(environ, populate_request=False)
                adapter = self._app.create_url_adapter(request)
                endpoint = "" if adapter is None else adapter.match(method=method)[0]
            except HTTPException:
                endpoint = ""
            zone = by_view.get((endpoint, method))
            if zone is not None:
                return zone
        return self.of_path(environ.get("PATH_INFO", ""))

    def of_answer(self, exchange: Exchange) -> Zone | None:
        """Return the zone of an answer."""
        by_view, environ = self._views(), exchange.environ
        if by_view and exchange.rule is not None:
            zone = by_view.get((exchange.rule.endpoint, environ["REQUEST_METHOD"]))
            if zone is not None:
                return zone
        return self.of_path(environ.get("PATH_INFO", ""))

    def _views(self) -> Mapping[tuple[str, str], Zone]:
        """Return the zones of the views with rules of their own, of which more may have come."""
        count = len(self._app.view_functions)
        if self._surveyed != count:
            with self._lock:
                if self._surveyed != count:
                    self._survey()
                    self._surveyed = count
        return self._by_view

    def _survey(self) -> None:
        if has_flask_cors(self._app):
            _log.error(
                "CORS(app) of flask-cors was put on the app after Baseline, and answers by its own rules. "
                "Fix: remove it."
            )
        by_view: dict[tuple[str, str], Zone] = {}
        faults: dict[str, str] = {}
        for view in marked_views(self._app):
            found, problems = view_settings(
                self._app, self._settings, *view, is_production=self._is_production
            )
            by_view[view] = _NOBODY if problems else compile_zone(found)
            if problems and view not in self._by_view:
                faults[view[0]] = " ".join(f"{option} {what}. Fix: {fix}." for option, what, fix in problems)
        for endpoint, text in faults.items():
            _log.error("cross_origin of the view %s is not safe and lets nobody in: %s", endpoint, text)
        self._by_view = by_view


def view_settings(
    app: Flask, settings: CorsSettings, endpoint: str, method: str, *, is_production: bool
) -> tuple[CorsSettings, list[Problem]]:
    """Return what holds for a view with options of its own, and what is wrong with that."""
    found = settings.model_copy(update=options_of(app, endpoint, method))
    return found, [*unsafe(found, is_production=is_production)]
