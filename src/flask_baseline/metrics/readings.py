"""The metrics of one app: what is counted in each process, and what is read of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from os import getpid
from time import time_ns
from typing import NamedTuple

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    InMemoryMetricReader,
    Metric,
    MetricsData,
    ResourceMetrics,
    ScopeMetrics,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from ..telemetry.closing import close_at_exit
from ..telemetry.per_process import PerProcess
from ..telemetry.ticker import Ticker
from .gauges import Kept
from .points import Clock, of_requests
from .requests import Requests

SCOPE = InstrumentationScope("flask_baseline")

_Make = Callable[[MeterProvider], object]


class Plan(NamedTuple):
    """How an app counts."""

    new_requests: Callable[[], Requests]
    own: Sequence[Callable[[Clock], Iterable[Metric]]]
    """Make the metrics that are neither of requests nor of the app's instruments."""
    resource: Callable[[], Resource]
    new_push: Callable[[Here], Ticker] | None
    """Makes what sends the metrics of a process; None where nothing is sent."""
    new_share: Callable[[Here], Ticker] | None
    """Makes what shares the metrics of a process with the other workers; None where nobody asks for them."""
    shares: Callable[[], bool]
    """Takes this process's place among the workers; whether there are any."""
    push_reader: Callable[[], InMemoryMetricReader]


class Here:
    """What one process counts."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.began = time_ns()
        self.is_serving = False
        """A master that has loaded the app and forked is no worker."""
        self.resource = plan.resource()
        self.requests = plan.new_requests()
        self._reader = InMemoryMetricReader()
        self._kept = Kept()
        self._push_reader = plan.push_reader() if plan.new_push is not None else None
        readers = [reader for reader in (self._reader, self._push_reader) if reader is not None]
        self.provider = MeterProvider(readers, self.resource, shutdown_on_exit=False)
        self.push = None if plan.new_push is None else plan.new_push(self)
        self.share = None if plan.new_share is None else plan.new_share(self)
        for ticker in self.tickers:
            close_at_exit(ticker)

    @property
    def tickers(self) -> list[Ticker]:
        """What has a thread, where processes serve."""
        return [ticker for ticker in (self.push, self.share) if ticker is not None]

    def read(self) -> MetricsData:
        """Return all that was counted since the process began, and all that gauges were set to."""
        return self._with_own(self._kept.of(_scopes(self._reader.get_metrics_data())))

    def read_to_push(self) -> MetricsData:
        """Return what an exporter is to get, where the app's instruments count as it prefers."""
        return self._with_own(_scopes((self._push_reader or self._reader).get_metrics_data()))

    def _with_own(self, found: Iterable[ScopeMetrics]) -> MetricsData:
        clock = Clock(self.began, time_ns())
        scopes: list[ScopeMetrics] = []
        if self.is_serving:
            own = [*of_requests(self.requests, clock)]
            for make in self._plan.own:
                own += make(clock)
            # A metric without points has no form in OTLP.
            scopes.append(ScopeMetrics(SCOPE, [metric for metric in own if metric.data.data_points], ""))
        return MetricsData([ResourceMetrics(self.resource, [*scopes, *found], "")])


def _scopes(data: MetricsData | None) -> list[ScopeMetrics]:
    return [scope for found in (data.resource_metrics if data else ()) for scope in found.scope_metrics]


class Readings:
    """The metrics of one app."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._here = PerProcess(self._make)
        self._observed: dict[str, _Make] = {}
        self.requests: Requests | None = None
        """The requests of the process that has served last, which may be a parent of this one."""
        self._serving: tuple[int, Here] | None = None

    @property
    def here(self) -> Here:
        """What this process counts."""
        return self._here.get()

    @property
    def provider(self) -> MeterProvider:
        """OpenTelemetry's provider of this process."""
        return self._here.get().provider

    def serve(self) -> Here:
        """Return what a process counts that serves requests: it has forked, and may have threads."""
        serving = self._serving
        if serving is None or serving[0] != getpid():
            here = self._here.get()
            here.is_serving = True
            if here.push is not None:
                here.push.start()
            if here.share is not None and self._plan.shares():
                here.share.start()
            serving = self._serving = (getpid(), here)
            self.requests = here.requests
        return serving[1]

    def observe(self, key: str, make: _Make) -> None:
        """Let *make* an instrument with callbacks in each process, unless there is one called *key*."""
        if key in self._observed:
            return
        self._observed[key] = make
        here = self._here.made()
        if here is not None:
            make(here.provider)

    def stop(self) -> None:
        """Write and send everything once more, and nothing from then on."""
        here = self._here.made()
        for ticker in here.tickers if here is not None else ():
            ticker.stop()

    def _make(self) -> Here:
        here = Here(self._plan)
        for make in [*self._observed.values()]:
            make(here.provider)
        return here
