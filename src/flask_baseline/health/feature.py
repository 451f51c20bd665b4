"""Liveness and readiness probes, answered at the edge."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask

from .._feature import Setup, Wiring
from ..deploy import drain
from .checks import Plan, Readiness
from .details import Query, parse_query, permission
from .probe import live_probe, ready_probe
from .settings import HealthSettings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


def init_app(app: Flask, settings: HealthSettings, setup: Setup, /) -> Wiring:
    """Return the two probes of *app*."""
    readiness = Readiness(Plan(app, setup.readiness_checks, settings.total_seconds, settings.cache_seconds))
    is_permitted = permission(settings)

    def query(environ: WSGIEnvironment) -> Query:
        return parse_query(environ, is_permitted)

    def tell_the_server() -> None:
        # gunicorn's master runs the drain and has neither the app nor its settings.
        drain.set_seconds(settings.drain_seconds)

    return Wiring(
        probes={
            settings.live_path: live_probe,
            settings.ready_path: ready_probe(readiness.report, _is_draining(settings.drain_file), query),
        },
        process=tell_the_server,
    )


def _is_draining(drain_file: str | None) -> Callable[[], bool]:
    if drain_file is None:
        return drain.is_draining
    return lambda: drain.is_draining() or os.path.exists(drain_file)
