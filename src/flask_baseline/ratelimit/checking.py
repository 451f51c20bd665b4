"""Decide on each request, when its view is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, cast

from flask import Flask, Request, request
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests

from .._exchange import current_exchange
from ..problems import Problem
from .clients import at_address, named_by
from .counting import PAUSE, Counter, StoreDownError
from .marks import Key
from .plans import NOTHING, Counted, Plan, Plans


class RateExceededProblem(Problem, TooManyRequests):
    """A 429. It is of Werkzeug's class too, for which an app may have a page."""

    def __init__(self, seconds: int) -> None:
        super().__init__(429, "Too many requests.", headers={"Retry-After": str(seconds)})
        self.retry_after = seconds


class RateUnknownProblem(Problem, ServiceUnavailable):
    """A 503."""

    def __init__(self) -> None:
        seconds = int(PAUSE)
        super().__init__(503, "The rate limit is unavailable.", headers={"Retry-After": str(seconds)})
        self.retry_after = seconds


class Checks:
    """The two points of a request at which it is counted, and refused above its limit.

    Args:
        plans: what is counted.
        counter: counts.
        is_open: whether requests pass while nothing can be counted.
    """

    def __init__(self, plans: Plans, counter: Counter, *, is_open: bool) -> None:
        self._plans = plans
        self._counter = counter
        self._is_open = is_open

    def at_once(self) -> None:
        """Count by address."""
        current = _current_request()
        counted = self._plan(current).at_once
        if counted:
            self._count(counted, current.remote_addr)

    def before_view(self) -> None:
        """Count by keys."""
        current = _current_request()
        counted = self._plan(current).before_view
        if counted:
            self._count(counted, current.remote_addr)

    def _plan(self, current: Request) -> Plan:
        endpoint = current.endpoint
        # A preflight comes from the browser, and no page could read why it is refused.
        if endpoint is None or current.method == "OPTIONS":
            return NOTHING
        return self._plans.of(endpoint, current.method)

    def _count(self, counted: Sequence[Counted], address: str | None) -> None:
        names: dict[Key | None, str] = {}
        for _, _, key in counted:
            if key not in names:
                names[key] = at_address(address) if key is None else named_by(key, address)
        # Two keys may name the same client, who is counted once.
        hits = dict.fromkeys((limit, what, names[key]) for limit, what, key in counted)
        try:
            counts = self._counter.count(hits)
        except StoreDownError:
            if self._is_open:
                return
            raise RateUnknownProblem from None
        exchange = current_exchange.get()
        if exchange is not None:
            exchange.rate_counts = [*exchange.rate_counts, *counts]
        if counts[-1].is_exceeded:
            raise RateExceededProblem(counts[-1].reset)


def _current_request() -> Request:
    # Each look through the proxy costs more than what it finds.
    found: Request = cast("Any", request)._get_current_object()
    return found


def call_before_view(app: Flask, check: Callable[[], None]) -> None:
    """Call *check* after all ``before_request`` functions of *app* and its blueprints.

    Flask has no hook there: another function could be registered after ours.
    """
    dispatch: Callable[..., Any] = app.dispatch_request

    @wraps(dispatch)
    def dispatch_request(*args: Any) -> Any:
        check()
        return dispatch(*args)

    app.dispatch_request = dispatch_request  # type: ignore[method-assign]
