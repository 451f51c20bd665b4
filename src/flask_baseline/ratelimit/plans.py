"""What is counted for the requests to each view, compiled when its first one comes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from flask import Flask
from flask.views import http_method_funcs

from .marks import Key, Rule, rules_of
from .texts import Limit


class Counted(NamedTuple):
    """One limit of one view."""

    limit: Limit
    what: str
    """What is counted: a view, one method of it, or a scope."""
    key: Key | None
    """Tells who is counted; None counts addresses."""


class Plan(NamedTuple):
    """What is counted for a request, the shortest window first.

    So a client that is refused by a short one does not use up a long one.
    """

    at_once: Sequence[Counted]
    """By address, which is known from the start."""
    before_view: Sequence[Counted]
    """By a key, which may need what the ``before_request`` functions of the app find out."""


NOTHING = Plan((), ())


class Plans:
    """The plan of each view and method of *app*.

    Args:
        app: whose views have limits.
        default: the limits of views without their own.
    """

    def __init__(self, app: Flask, default: Iterable[Limit]) -> None:
        self._app = app
        self._default = (Rule(tuple(dict.fromkeys(default)), None, None),)
        self._plans: dict[str, Mapping[str, Plan]] = {}

    def of(self, endpoint: str, method: str) -> Plan:
        """Return the plan of a request."""
        plans = self._plans.get(endpoint)
        if plans is None:
            plans = self._plans[endpoint] = self._compile(endpoint)
        return plans.get(method) or plans[""]

    def _compile(self, endpoint: str) -> Mapping[str, Plan]:
        """Return the plan of each method that has its own, and below an empty text that of all others."""
        view = self._app.view_functions.get(endpoint)
        view_class = getattr(view, "view_class", None)
        rules = rules_of(view)
        if rules is None:
            rules = rules_of(view_class)
        plans = {"": _plan(self._inherited(endpoint) if rules is None else rules, f"view:{endpoint}")}
        for method in http_method_funcs:
            own = rules_of(getattr(view_class, method, None))
            if own is not None:
                plans[method.upper()] = _plan(own, f"view:{endpoint}:{method}")
        if "GET" in plans and getattr(view_class, "head", None) is None:
            plans["HEAD"] = plans["GET"]
        return plans

    def _inherited(self, endpoint: str) -> Sequence[Rule]:
        """Return the rules of the blueprint, the inner one first, else the default."""
        *parts, name = endpoint.split(".")
        if name == "static":
            # A page may have many files.
            return ()
        while parts:
            found = rules_of(self._app.blueprints.get(".".join(parts)))
            if found is not None:
                return found
            parts.pop()
        return self._default


def _plan(rules: Iterable[Rule], view: str) -> Plan:
    found = [
        Counted(limit, view if rule.scope is None else f"scope:{rule.scope}", rule.key)
        for rule in rules
        for limit in rule.limits
    ]
    found.sort(key=lambda counted: counted.limit.seconds)
    at_once = tuple(counted for counted in found if counted.key is None)
    return Plan(at_once, tuple(counted for counted in found if counted.key is not None))
