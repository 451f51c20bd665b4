"""The process's meter provider, whose instruments find the app in whose request or context they are used.

Instruments are made when a module is imported, before there is an app and before a server forks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any
from weakref import ref

from opentelemetry import metrics as api
from opentelemetry.sdk.metrics import MeterProvider as SdkMeterProvider
from opentelemetry.sdk.resources import Resource

from .._runtime import current_runtime, is_in_app
from .callbacks import Callback, guarded
from .gauges import set_by_the_app
from .readings import Readings

_Make = Callable[[SdkMeterProvider], Any]
"""Makes an instrument of the SDK."""


class Meters(api.MeterProvider):
    """Makes instruments that count for the current app, else for the one that was made last."""

    def __init__(self) -> None:
        self._readings: list[ref[Readings]] = []
        self._observed: dict[str, _Make] = {}

    def add(self, readings: Readings) -> None:
        """Know the *readings* of one more app, for as long as it lives."""
        self._readings = [known for known in self._readings if known() is not None]
        self._readings.append(ref(readings))
        for key, make in [*self._observed.items()]:
            readings.observe(key, make)

    def current(self) -> SdkMeterProvider | None:
        """Return the provider of the current app; None where no app has one."""
        found = current_runtime("metrics")
        if isinstance(found, Readings):
            return found.provider
        if is_in_app():
            # What is counted there is nothing of another app's.
            return None
        for known in reversed(self._readings):
            readings = known()
            if readings is not None:
                return readings.provider
        return None

    def observe(self, key: str, make: _Make) -> None:
        """Let *make* an instrument with callbacks, that is called *key*, for the current app.

        Outside of any it is for all of them, to each of which it shows the process.
        """
        found = current_runtime("metrics")
        if isinstance(found, Readings):
            found.observe(key, make)
        elif not is_in_app():
            self._observed[key] = make
            for known in self._readings:
                readings = known()
                if readings is not None:
                    readings.observe(key, make)

    def get_meter(
        self,
        name: str,
        version: str | None = None,
        schema_url: str | None = None,
        attributes: Any = None,
    ) -> api.Meter:
        """Return a meter whose instruments can be kept."""
        return _LateMeter(self, name, version, schema_url, attributes)


class _LateMeter(api.Meter):
    def __init__(
        self, meters: Meters, name: str, version: str | None, schema_url: str | None, attributes: Any
    ) -> None:
        super().__init__(name, version, schema_url)
        self._meters, self._scope = meters, (name, version, schema_url, attributes)

    def create_counter(self, name: str, unit: str = "", description: str = "") -> api.Counter:
        return _LateCounter(self._late("create_counter", name, unit, description))

    def create_up_down_counter(self, name: str, unit: str = "", description: str = "") -> api.UpDownCounter:
        return _LateUpDownCounter(self._late("create_up_down_counter", name, unit, description))

    def create_histogram(
        self,
        name: str,
        unit: str = "",
        description: str = "",
        *,
        explicit_bucket_boundaries_advisory: Sequence[float] | None = None,
    ) -> api.Histogram:
        advice = {"explicit_bucket_boundaries_advisory": explicit_bucket_boundaries_advisory}
        return _LateHistogram(self._late("create_histogram", name, unit, description, **advice))

    def create_gauge(self, name: str, unit: str = "", description: str = "") -> Any:
        late = self._late("create_gauge", name, unit, description)
        # The SDK writes names in small letters.
        set_by_the_app.add((self.name, name.lower()))
        return _LateGauge(late)

    def create_observable_counter(
        self, name: str, callbacks: Sequence[Callback] | None = None, unit: str = "", description: str = ""
    ) -> Any:
        return self._observe("create_observable_counter", name, callbacks, unit, description)

    def create_observable_up_down_counter(
        self, name: str, callbacks: Sequence[Callback] | None = None, unit: str = "", description: str = ""
    ) -> Any:
        return self._observe("create_observable_up_down_counter", name, callbacks, unit, description)

    def create_observable_gauge(
        self, name: str, callbacks: Sequence[Callback] | None = None, unit: str = "", description: str = ""
    ) -> Any:
        return self._observe("create_observable_gauge", name, callbacks, unit, description)

    def _observe(
        self, method: str, name: str, callbacks: Sequence[Callback] | None, unit: str, description: str
    ) -> Any:
        safe = [guarded(callback, name) for callback in callbacks or ()]
        key = repr((self._scope, method, name, unit, description))
        self._meters.observe(key, self._make(method, name, safe, unit=unit, description=description))
        return getattr(api.NoOpMeter(self.name), method)(name, safe, unit, description)

    def _late(self, method: str, name: str, unit: str, description: str, **advice: Any) -> _Found:
        make = self._make(method, name, unit=unit, description=description, **advice)
        return _Found(self._meters, make)

    def _make(self, method: str, name: str, *args: Any, **kwargs: Any) -> _Make:
        _check(method, name, kwargs["unit"])
        return lambda provider: getattr(provider.get_meter(*self._scope), method)(name, *args, **kwargs)


@lru_cache(maxsize=1024)
def _check(method: str, name: str, unit: str) -> None:
    """Raise what the SDK says of a wrong name or unit where it is made, and not at its first use."""
    provider = SdkMeterProvider(resource=Resource.get_empty(), shutdown_on_exit=False)
    getattr(provider.get_meter("check"), method)(name, unit=unit)


class _Found:
    """The instrument of the current app, which is remembered until it is another one."""

    def __init__(self, meters: Meters, make: _Make) -> None:
        self._meters, self._make = meters, make
        self._last: tuple[SdkMeterProvider, Any] | None = None

    def get(self) -> Any:
        """Return the instrument; None where no app has one."""
        provider = self._meters.current()
        if provider is None:
            return None
        last = self._last
        if last is None or last[0] is not provider:
            last = self._last = (provider, self._make(provider))
        return last[1]


class _LateCounter(api.Counter):
    def __init__(self, found: _Found) -> None:
        self._found = found

    def add(self, amount: float, *args: Any, **kwargs: Any) -> None:
        instrument = self._found.get()
        if instrument is not None:
            instrument.add(amount, *args, **kwargs)


class _LateUpDownCounter(api.UpDownCounter):
    def __init__(self, found: _Found) -> None:
        self._found = found

    def add(self, amount: float, *args: Any, **kwargs: Any) -> None:
        instrument = self._found.get()
        if instrument is not None:
            instrument.add(amount, *args, **kwargs)


class _LateHistogram(api.Histogram):
    def __init__(self, found: _Found) -> None:
        self._found = found

    def record(self, amount: float, *args: Any, **kwargs: Any) -> None:
        instrument = self._found.get()
        if instrument is not None:
            instrument.record(amount, *args, **kwargs)


class _LateGauge(api._Gauge):
    def __init__(self, found: _Found) -> None:
        self._found = found

    def set(self, amount: float, *args: Any, **kwargs: Any) -> None:
        instrument = self._found.get()
        if instrument is not None:
            instrument.set(amount, *args, **kwargs)


meters = Meters()
"""Of this process."""
