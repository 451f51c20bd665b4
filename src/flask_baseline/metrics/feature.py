"""``metrics``: of requests, the process, the app's own instruments and our own health."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from os import getpid
from weakref import finalize

from flask import Flask
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, Metric, MetricsData

from .. import _process_telemetry as process
from .._exchange import Exchange
from .._feature import Setup, Wiring
from .._tallies import Tallies
from ..errors import MissingExtraError
from ..telemetry.limits import positive
from ..telemetry.otlp import exporter_of, protocol
from ..telemetry.resource import resource_of
from ..telemetry.sending import Sending
from ..telemetry.ticker import Ticker
from .access import permission
from .deltas import Deltas, preferred, wants_deltas
from .health import own_health, runtime
from .merging import mode_of
from .meters import meters
from .page import metrics_page, rules_of
from .points import Clock
from .readings import SCOPE, Here, Plan, Readings
from .requests import Requests
from .settings import MetricsSettings
from .sharing import Sharing


def init_app(app: Flask, settings: MetricsSettings, setup: Setup, /) -> Wiring:
    """Return the request's steps, the page, and what must change in the process."""
    exporter = settings.chosen_exporter(os.environ)
    is_pulled, is_pushed = exporter in ("prometheus", "both"), exporter in ("otlp", "otlp-grpc", "both")
    if is_pulled and find_spec("prometheus_client") is None:
        raise MissingExtraError(
            "BASELINE_METRICS_EXPORTER needs prometheus_client, which is not installed. "
            'Fix: pip install "flask-baseline[prometheus]".'
        )
    # Not the whole set-up, which knows the app: it would never be gone.
    service = setup.service
    sharing = Sharing(app, settings.dir, settings.interval, mode_of(settings.gauges))
    readings = Readings(
        Plan(
            new_requests=lambda: Requests(settings.buckets, settings.max_routes),
            own=_own(setup.tallies, is_runtime_wanted=settings.runtime),
            resource=lambda: resource_of(service),
            new_push=_pushing(exporter, setup.tallies) if is_pushed else None,
            new_share=sharing.ticker if is_pulled else None,
            shares=sharing.serve,
            push_reader=lambda: InMemoryMetricReader(preferred(os.environ)),
        )
    )
    finalize(app, readings.stop)

    def start() -> None:
        readings.serve()

    def begin(exchange: Exchange) -> None:
        requests = readings.requests
        if requests is None or requests.pid != getpid():
            requests = readings.serve().requests
        requests.begin(exchange)
        # It ends where it has begun, also when a view has forked in between.
        exchange.counted_by = requests

    def end(exchange: Exchange) -> None:
        if exchange.counted_by is not None:
            exchange.counted_by.end(exchange)

    def take_over() -> None:
        meters.add(readings)
        process.provide_meters(meters)
        process.hush_exporters()

    token = None if settings.token is None else settings.token.get_secret_value()
    page = metrics_page(
        settings.path,
        rules_of(app),
        lambda: sharing.total(readings.serve()),
        service,
        permission(settings.allow, token),
    )
    return Wiring(
        probes={settings.path: page} if is_pulled else {},
        begin=begin,
        finish=end,
        runtime=readings,
        process=take_over,
        start=start,
    )


def _own(tallies: Tallies, *, is_runtime_wanted: bool) -> Sequence[Callable[[Clock], Iterable[Metric]]]:
    def health(clock: Clock) -> Iterable[Metric]:
        return own_health(tallies, clock)

    return (health, runtime) if is_runtime_wanted else (health,)


def _pushing(exporter: str, tallies: Tallies) -> Callable[[Here], Ticker]:
    """Return what makes the thread that sends the metrics of a process."""
    name = "otlp" if exporter == "both" else exporter
    make = exporter_of("metrics", protocol("metrics", name, os.environ), "BASELINE_METRICS_EXPORTER")
    seconds = positive(os.environ, "OTEL_METRIC_EXPORT_INTERVAL", 60_000) / 1000

    def pushing(here: Here) -> Ticker:
        send = Sending("metrics", make, tallies, is_lost=False)
        change = _change()
        return Ticker("baseline-metrics", lambda: send(change(here.read_to_push())), seconds, send.prepare)

    return pushing


def _change() -> Callable[[MetricsData], MetricsData]:
    """Return what makes our own metrics count as the exporter prefers."""
    if not wants_deltas(os.environ):
        return lambda data: data
    deltas = Deltas()

    def change(data: MetricsData) -> MetricsData:
        return MetricsData(
            [
                replace(
                    resource,
                    scope_metrics=[
                        replace(scope, metrics=[deltas.of(metric) for metric in scope.metrics])
                        if scope.scope == SCOPE
                        else scope
                        for scope in resource.scope_metrics
                    ],
                )
                for resource in data.resource_metrics
            ]
        )

    return change
