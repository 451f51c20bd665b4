"""The page that Prometheus scrapes, answered at the edge."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from flask import Flask

from .._edge import Probe
from .snapshot import Snapshot

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_log = logging.getLogger("flask_baseline.metrics")


class _Collector:
    """What prometheus_client asks for the families at each scrape."""

    def __init__(self, total: Callable[[], Snapshot], service: Mapping[str, str]) -> None:
        self._total, self._service = total, service

    def collect(self) -> Iterable[Any]:
        from .exposition import families

        return families(self._total(), self._service)


def metrics_page(
    path: str,
    rules: Callable[[], Iterable[str]],
    total: Callable[[], Snapshot],
    service: Mapping[str, str],
    may_read: Callable[[WSGIEnvironment], bool],
) -> Probe:
    """Return the probe that answers with all metrics as text or OpenMetrics, as the client prefers.

    Whoever may not read it is answered by the app, as on any path that it does not have. An app with a
    route of its own at *path* keeps it. What goes wrong is logged, and answered with 500.

    Args:
        path: the page's.
        rules: returns the rules of the app.
        total: returns what all workers have counted.
        service: what the metrics are of.
        may_read: whether a request may read them.
    """
    serve: WSGIApplication | None = None
    is_taken: bool | None = None

    def page(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes] | None:
        nonlocal serve, is_taken
        method = environ["REQUEST_METHOD"]
        if is_taken is None:
            # Routes may be added until the first request.
            is_taken = path in rules()
            if is_taken:
                _log.warning(
                    "the app has a route %s of its own, which answers there. Fix: remove it, or set "
                    "BASELINE_METRICS_PATH to another path.",
                    path,
                )
        if is_taken or method not in ("GET", "HEAD") or not may_read(environ):
            return None
        if serve is None:
            serve = _application(_Collector(total, service))
        try:
            # It would answer a query for some of the names with none.
            body = serve({**environ, "REQUEST_METHOD": "GET", "QUERY_STRING": ""}, start_response)
        except Exception:
            # A server would end the request without an answer, as if the service were gone.
            _log.exception("the metrics cannot be read")
            start_response("500 Internal Server Error", [("Content-Type", "text/plain; charset=utf-8")])
            body = [b"the metrics cannot be read; the log says why\n"]
        return body if method == "GET" else ()

    return page


def _application(collector: _Collector) -> WSGIApplication:
    # Only a process that is scraped needs it.
    import prometheus_client

    registry = prometheus_client.CollectorRegistry(auto_describe=False)
    registry.register(collector)
    return cast("WSGIApplication", cast(Any, prometheus_client).make_wsgi_app(registry))


def rules_of(app: Flask) -> Callable[[], Iterable[str]]:
    """Return what returns the paths of the routes of *app*."""
    return lambda: {rule.rule for rule in app.url_map.iter_rules()}
