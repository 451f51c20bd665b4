"""What each view demands, compiled when its first request comes."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask
from flask.views import http_method_funcs

from .guard import Guard
from .marks import PUBLIC, guards_on, has_jwt_required

_KNOWN = Guard()
"""What is demanded where nothing is said and the default is to deny."""


Guards = tuple[Guard, ...]


class Plans:
    """The guards of each view and method of *app*.

    Args:
        app: whose views have guards.
        denies: whether views that say nothing are for known callers alone.
    """

    def __init__(self, app: Flask, *, denies: bool) -> None:
        self._app = app
        self._denies = denies
        self._plans: dict[str, Mapping[str, Guards]] = {}

    def of(self, endpoint: str, method: str) -> Guards:
        """Return the guards of a request."""
        plans = self._plans.get(endpoint)
        if plans is None:
            plans = self._plans[endpoint] = self._compile(endpoint)
        return plans[method] if method in plans else plans[""]

    def _compile(self, endpoint: str) -> Mapping[str, Guards]:
        """Return the guards of each method of a class, and below an empty text that of all others."""
        view = self._app.view_functions.get(endpoint)
        view_class = getattr(view, "view_class", None)
        whole = getattr(view_class, "dispatch_request", None)
        plans = {"": self._plan(endpoint, view, whole)}
        for name in http_method_funcs:
            function = getattr(view_class, name, None)
            if function is not None:
                plans[name.upper()] = self._plan(endpoint, view, whole, function)
        if "GET" in plans:
            plans.setdefault("HEAD", plans["GET"])
        return plans

    def _plan(self, endpoint: str, *functions: object) -> Guards:
        marks = [guard for function in functions for guard in guards_on(function)]
        if marks or not self._denies or _is_exempt(endpoint, functions[0]):
            return tuple(guard for guard in marks if guard is not PUBLIC)
        return () if any(has_jwt_required(function) for function in functions) else (_KNOWN,)


def _is_exempt(endpoint: str, view: object) -> bool:
    """Whether it is a file that pages need, or our own, which has a switch of its own.

    A view of the app may have the name of either.
    """
    package = str(getattr(view, "__module__", "")).partition(".")[0]
    if endpoint.rpartition(".")[2] == "static":
        return package == "flask" or getattr(view, "__name__", "") == "send_static_file"
    return endpoint.startswith("baseline_") and package == "flask_baseline"
