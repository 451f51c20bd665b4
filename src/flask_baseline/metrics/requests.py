"""Count requests: how long they took, in buckets, and how many are in flight.

An SDK histogram costs several times as much as the rest of the feature; here a request is one look-up
and leaves a number behind. What it counts leaves as OpenTelemetry's own data.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from os import getpid

from .._exchange import Exchange
from .._http_names import METHODS, error_type, network_protocol_version
from .series import Series

_log = logging.getLogger("flask_baseline.metrics")

OTHER = "_OTHER"
MAX_SERIES = 2_000
MAX_KINDS = 4_000

Key = tuple[str, str, int, "str | None", "str | None", "str | None"]

_NAMES = (
    "http.request.method",
    "url.scheme",
    "http.response.status_code",
    "http.route",
    "network.protocol.version",
    "error.type",
)


class Requests:
    """The requests of one app in one process.

    Args:
        limits: the upper limits of the buckets, in seconds.
        max_routes: how many routes have series of their own.
    """

    def __init__(self, limits: Sequence[float], max_routes: int) -> None:
        self.limits = tuple(limits)
        self._max_routes = max_routes
        self._routes: set[str | None] = {None}
        self._series: dict[Key, Series] = {}
        self._kinds: dict[tuple[object, ...], Series] = {}
        self._adding = threading.Lock()
        self.pid = getpid()
        """The process whose requests are counted."""
        self._active: set[Exchange] = set()
        self._seen: set[tuple[str, str]] = set()

    def begin(self, exchange: Exchange) -> None:
        """Count *exchange* as in flight."""
        self._active.add(exchange)

    def end(self, exchange: Exchange) -> None:
        """Count *exchange* as done."""
        if getpid() != self.pid:
            # A child that a view has forked: its parent ends the request too, and locks may be held for ever.
            return
        self._active.discard(exchange)
        environ = exchange.environ
        rule, error = exchange.rule, exchange.error
        series: Series | None = None
        if rule is not None and error is None:
            # Most requests are of few kinds, and of one kind as long as these are the same.
            kind = (
                rule.rule,
                environ["REQUEST_METHOD"],
                exchange.status,
                environ.get("SCRIPT_NAME"),
                environ.get("SERVER_PROTOCOL"),
                environ.get("wsgi.url_scheme"),
            )
            series = self._kinds.get(kind)
            if series is None:
                series = self._find(exchange)
                if len(self._kinds) < MAX_KINDS:
                    self._kinds[kind] = series
        else:
            series = self._find(exchange)
        span = exchange.span
        if span is not None and span.is_recording():
            # Not the span itself, with all that it has.
            series.add_with(exchange.elapsed_ns, span.get_span_context())
        else:
            series.add(exchange.elapsed_ns)

    def _find(self, exchange: Exchange) -> Series:
        environ = exchange.environ
        method, route = environ.get("REQUEST_METHOD"), exchange.route
        key: Key = (
            method if method in METHODS else OTHER,
            "https" if environ.get("wsgi.url_scheme") == "https" else "http",
            exchange.status,
            route if route in self._routes else self._route(route),
            network_protocol_version(environ),
            error_type(exchange),
        )
        series = self._series.get(key)
        if series is None:
            # Its number in flight is known from now on, also when it is 0.
            self._seen.add(key[:2])
            series = self._new(key)
        return series

    def series(self) -> list[tuple[Mapping[str, str | int], Series]]:
        """Return all series with their attributes."""
        return [(attributes_of(key), series) for key, series in [*self._series.items()]]

    def active(self) -> Mapping[tuple[str, str], int]:
        """Return how many requests are in flight, by method and scheme."""
        flying = [exchange.environ for exchange in self._active.copy()]
        kinds = ((each.get("REQUEST_METHOD"), each.get("wsgi.url_scheme")) for each in flying)
        counts = Counter(
            (method if method in METHODS else OTHER, "https" if scheme == "https" else "http")
            for method, scheme in kinds
        )
        # Zero is a value too: a series that ends is not seen to have fallen.
        self._seen |= counts.keys()
        return {kind: counts[kind] for kind in sorted(self._seen)}

    def _route(self, route: str | None) -> str:
        with self._adding:
            if route in self._routes or len(self._routes) <= self._max_routes:
                # Another thread may just have added it.
                self._routes.add(route)
                return str(route)
            if OTHER not in self._routes:
                self._routes.add(OTHER)
                _log.warning(
                    "more than %d routes: the others share %s. Fix: raise BASELINE_METRICS_MAX_ROUTES.",
                    self._max_routes,
                    OTHER,
                )
        return OTHER

    def _new(self, key: Key) -> Series:
        with self._adding:
            if len(self._series) >= MAX_SERIES:
                # Failures must still be told from successes.
                key = (OTHER, "http", key[2], OTHER, None, key[5] and OTHER)
            return self._series.setdefault(key, Series(self.limits))


def attributes_of(key: Key) -> Mapping[str, str | int]:
    """Return the attributes of a series."""
    return {name: value for name, value in zip(_NAMES, key, strict=True) if value}
