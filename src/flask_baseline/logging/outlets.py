"""Where events go besides standard output: to the collector of the app that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, cast
from weakref import ref

from flask import current_app, has_app_context

from .._exchange import current_exchange
from .._runtime import runtime_of

if TYPE_CHECKING:
    from .._safe import Json


class Outlet(Protocol):
    """What takes the events of one app."""

    def send(self, record: Mapping[str, Json]) -> None:
        """Take one event, with OpenTelemetry's names. It never blocks and never raises."""


_known: list[ref[Outlet]] = []


def add(outlet: Outlet) -> None:
    """Know the *outlet* of one more app, for as long as it lives."""
    _known[:] = [known for known in _known if known() is not None]
    _known.append(ref(outlet))


def current_outlet() -> Outlet | None:
    """Return the outlet of the current app; outside of any, that of the app that was made last."""
    if not _known:
        return None
    exchange = current_exchange.get()
    if exchange is not None:
        return cast("Outlet | None", exchange.edge.runtimes.get("logging"))
    if has_app_context() and "baseline" in current_app.extensions:
        return cast("Outlet | None", runtime_of(current_app, "logging"))
    return next((outlet for known in reversed(_known) if (outlet := known()) is not None), None)
