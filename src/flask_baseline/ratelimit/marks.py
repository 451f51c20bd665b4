"""The limits of a view or of a blueprint."""

from __future__ import annotations

from collections.abc import Callable
from inspect import iscoroutinefunction
from typing import Any, NamedTuple, TypeVar

from flask import Blueprint, Flask

from .texts import Limit, limit_of

Marked = TypeVar("Marked", bound="Callable[..., Any] | Blueprint")

_MARK = "_baseline_rate_limits"

Key = Callable[[], "str | int | None"]
"""Returns who asks, in the request."""


class Rule(NamedTuple):
    """Limits, and who is counted."""

    limits: tuple[Limit, ...]
    key: Key | None
    """None counts addresses."""
    scope: str | None
    """What is counted together; None for the view alone."""


def rate_limit(*limits: str, key: Key | None = None, scope: str | None = None) -> Callable[[Marked], Marked]:
    """Limit the requests to the view below, or with ``rate_limit(...)(blueprint)`` to those of a blueprint.

    On a view it may be repeated, with another key: all of them hold. A blueprint has the last one alone.

    Args:
        limits: such as ``5/second`` or ``100/15minute``; all of them hold.
        key: returns who is counted, such as the id of a user, after the ``before_request`` functions of the
            app. By default, and where it returns nothing, that is the address of the client.
        scope: views with one scope and one limit are counted together.

    Raises:
        ValueError: a limit is none, or there is none.
        TypeError: something has the wrong type.
    """
    if not limits:
        raise ValueError("rate_limit needs a limit, such as 5/second; no_rate_limit takes it away.")
    _check_types(limits, key, scope)
    # Twice the same would count each request twice.
    rule = Rule(tuple(dict.fromkeys(limit_of(text) for text in limits)), key, scope)

    def mark(marked: Marked) -> Marked:
        found = _kept(marked)
        # A factory that marks a view of its module does so for each app.
        _mark(marked, found if rule in found else (*found, rule))
        return marked

    return mark


def _check_types(limits: tuple[object, ...], key: object, scope: object) -> None:
    if not all(isinstance(text, str) for text in limits):
        raise TypeError('rate_limit needs limits as text, such as @rate_limit("5/second").')
    if key is not None and (not callable(key) or iscoroutinefunction(key)):
        raise TypeError("The key of rate_limit needs to be a plain function without arguments.")
    if scope is not None and not (isinstance(scope, str) and scope):
        raise TypeError("The scope of rate_limit needs to be text.")


def no_rate_limit(marked: Marked) -> Marked:
    """Take ``BASELINE_RATELIMIT_DEFAULT``, and the limits of the blueprint, from a view or a blueprint."""
    _mark(marked, ())
    return marked


def _kept(marked: object) -> tuple[Rule, ...]:
    # A factory that marks a blueprint of its module with a key of its own would add one for each app.
    return () if isinstance(marked, Blueprint) else rules_of(marked) or ()


def _mark(marked: object, rules: tuple[Rule, ...]) -> None:
    if isinstance(marked, Flask):
        raise TypeError("An app has its limits in BASELINE_RATELIMIT_DEFAULT.")
    if not callable(marked) and not isinstance(marked, Blueprint):
        raise TypeError("rate_limit and no_rate_limit are for views and blueprints.")
    setattr(marked, _MARK, rules)


def rules_of(marked: object) -> tuple[Rule, ...] | None:
    """Return the rules on a view or a blueprint; none of them is another thing than None.

    Decorators may stand above when they use `functools.wraps` or set ``__wrapped__``.
    """
    while marked is not None:
        found: tuple[Rule, ...] | None = getattr(marked, _MARK, None)
        if found is not None:
            return found
        marked = getattr(marked, "__wrapped__", None)
    return None
