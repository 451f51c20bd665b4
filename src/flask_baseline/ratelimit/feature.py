"""``ratelimit``: how often a client may ask."""

from __future__ import annotations

from flask import Flask
from pydantic import SecretStr

from .._feature import ReadinessCheck, Setup, Wiring
from .checking import Checks, call_before_view
from .counting import Counter
from .opening import is_memory, open_store
from .plans import Plans
from .settings import RatelimitSettings
from .telling import tell_rates
from .texts import MEMORY, limit_of


def init_app(app: Flask, settings: RatelimitSettings, setup: Setup, /) -> Wiring:
    """Return what counts, what tells, and the check of a store that is shared."""
    where = settings.store or SecretStr(MEMORY)
    store = open_store(where, setup.service_name)
    counter = Counter(store, setup.tallies, settings.on_failure)
    plans = Plans(app, [limit_of(text) for text in settings.default])
    checks = Checks(plans, counter, is_open=settings.on_failure == "open")

    def attach() -> None:
        # Before the hooks of the app, which may do what is to be limited.
        app.before_request_funcs.setdefault(None, []).insert(0, checks.at_once)
        call_before_view(app, checks.before_view)

    critical = settings.on_failure == "closed"
    readiness = () if is_memory(where) else (ReadinessCheck("ratelimit:store", store.check, critical),)
    return Wiring(respond=tell_rates(tells=settings.headers), attach=attach, readiness_checks=readiness)
