"""``auth``: who may use a view."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from .._feature import Setup, Wiring
from ..errors import ConfigError
from .gate import Gate, nothing_verifies
from .plans import Plans
from .settings import AuthSettings


def init_app(app: Flask, settings: AuthSettings, setup: Setup, /) -> Wiring:
    """Return what checks each request, once its view is known."""
    denies = settings.default == "deny"
    on_known = None
    if settings.log_subject != "none":
        from .naming import naming

        on_known = naming(app, is_hashed=settings.log_subject == "hash")
    gate = Gate(Plans(app, denies=denies), setup.verifiers, setup.profile, on_known)

    def check() -> None:
        # Here every feature has said what it verifies, and nothing of the app is touched yet.
        if denies and not setup.verifiers():
            raise ConfigError([nothing_verifies("BASELINE_AUTH_DEFAULT is deny")], setup.profile)

    return Wiring(runtime=gate, process=check, attach=lambda: _call_first(app, gate.at_once))


def _call_first(app: Flask, check: Callable[[], None]) -> None:
    """Call *check* before the ``before_request`` functions of *app*, and after those of other features."""
    hooks = app.before_request_funcs.setdefault(None, [])
    ours = [getattr(hook, "__module__", "").startswith("flask_baseline.") for hook in hooks]
    hooks.insert((*ours, False).index(False), check)
