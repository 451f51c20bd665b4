"""The two probes, as WSGI applications that the edge calls in Flask's place."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from .answer import BY_STATUS, METHOD_NOT_ALLOWED, Answer, health_answer, send
from .details import NO_QUERY, Query
from .report import Report

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_METHODS = ("GET", "HEAD")
_DRAINING = health_answer({"status": "fail", "output": "draining", "checks": {}})

_log = logging.getLogger("flask_baseline.health")


def live_probe(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer that the process is alive, which it shows by answering."""
    is_allowed = environ["REQUEST_METHOD"] in _METHODS
    return send(BY_STATUS["pass"] if is_allowed else METHOD_NOT_ALLOWED, environ, start_response)


def ready_probe(
    report: Callable[[], Report],
    is_draining: Callable[[], bool],
    query: Callable[[WSGIEnvironment], Query],
) -> WSGIApplication:
    """Return the probe that says whether to send traffic here: 200 or 503, whatever happens.

    A draining server is not ready, and no check is run to say so.
    """

    def answer(environ: WSGIEnvironment) -> Answer:
        wanted = query(environ)
        if is_draining():
            return _DRAINING if wanted.verbose else BY_STATUS["fail"]
        found = report()
        if wanted is NO_QUERY:
            return BY_STATUS[found.status]
        found = found.without(wanted.exclude)
        return health_answer(found.details()) if wanted.verbose else BY_STATUS[found.status]

    is_broken = False

    def probe(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        nonlocal is_broken
        if environ["REQUEST_METHOD"] not in _METHODS:
            return send(METHOD_NOT_ALLOWED, environ, start_response)
        try:
            chosen = answer(environ)
        except Exception:
            chosen = BY_STATUS["fail"]
            if not is_broken:
                is_broken = True
                _log.exception("the readiness probe itself failed and answers 503; it is logged once")
        return send(chosen, environ, start_response)

    return probe
