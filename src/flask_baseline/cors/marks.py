"""Other rules for the cross-origin requests to one view or blueprint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Flask

from .settings import CorsSettings
from .vocabulary import UnfitError, own_options

Marked = TypeVar("Marked", bound="Callable[..., Any] | Blueprint")

_MARK = "_baseline_cross_origin"


def cross_origin(**options: Any) -> Callable[[Marked], Marked]:
    """Let other pages use the view below, or ``cross_origin(...)(blueprint)`` all views of a blueprint.

    It works on functions, on classes of views and on their methods, above and below other decorators.

    Args:
        options: those of ``BASELINE_CORS_*`` that are to be others, such as ``origins``. flask-cors' names
            and forms are taken too.

    Raises:
        TypeError: there is no such option.
        ValueError: what they allow is not safe, whatever the profile. What is not safe in production is an
            error at the start, for views that are there by then, or else is logged and lets nobody in.
    """
    # What an import costs only those pay who call this.
    from .refusals import unsafe

    own: dict[str, Any] = {}
    try:
        own = own_options(options)
    except TypeError as error:
        raise TypeError(f"cross_origin: {error}.") from None
    except UnfitError as error:
        problems = error.problems
    else:
        problems = (*unsafe(CorsSettings().model_copy(update=own), is_production=False),)
    if problems:
        texts = [f"{option} {what}. Fix: {fix}." for option, what, fix in problems]
        raise ValueError(f"cross_origin: {' '.join(texts)}")

    def mark(marked: Marked) -> Marked:
        setattr(marked, _MARK, {**getattr(marked, _MARK, {}), **own})
        return marked

    return mark


def options_of(app: Flask, endpoint: str, method: str) -> dict[str, Any]:
    """Return the options of a view: its own before those of its blueprints, the inner ones first."""
    found: dict[str, Any] = {}
    parts = endpoint.split(".")[:-1]
    for depth in range(1, len(parts) + 1):
        found |= getattr(app.blueprints.get(".".join(parts[:depth])), _MARK, {})
    view = app.view_functions.get(endpoint)
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        name = method.lower()
        function = getattr(view_class, name, None)
        if function is None and name == "head":
            function = getattr(view_class, "get", None)
        found |= _of(view_class) | _of(function)
    return found | _of(view)


def _of(view: Any) -> dict[str, Any]:
    """Return the options of one thing. A decorator around it may have kept no more than a reference to it."""
    while view is not None:
        found: dict[str, Any] | None = getattr(view, _MARK, None)
        if found is not None:
            return found
        view = getattr(view, "__wrapped__", None)
    return {}


def marked_views(app: Flask) -> list[tuple[str, str]]:
    """Return the endpoints of *app* with options of their own, each with its methods."""
    rules = {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    return sorted(each for each in rules if options_of(app, *each))
