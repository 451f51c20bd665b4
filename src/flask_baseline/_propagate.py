"""Carry a request's context into a thread or greenlet."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, has_app_context

from ._exchange import Closing

P = ParamSpec("P")
R = TypeVar("R")

_ATTRIBUTE = "_flask_baseline_context"


class Branch:
    """One run of a propagated function: what it has for its own, and does not share with its request."""

    def __init__(self) -> None:
        self.app_globals = app_globals()
        """``flask.g`` where it begins, which the request goes on to use at the same time."""
        self.own: dict[str, Closing] = {}
        """What is closed at its end, by whom it belongs to."""

    def close(self) -> None:
        """Close what it has."""
        for part in self.own.values():
            part.close()


current_branch: ContextVar[Branch | None] = ContextVar("flask_baseline.branch", default=None)


def app_globals() -> object | None:
    """Return the object behind ``flask.g``; None without an app context."""
    return g._get_current_object() if has_app_context() else None


def propagate(function: Callable[P, R]) -> Callable[P, R]:
    """Bind *function* to the current log and trace context; see `Baseline.propagate`."""
    context = copy_context()

    def branch(*args: P.args, **kwargs: P.kwargs) -> R:
        mine = Branch()
        current_branch.set(mine)
        try:
            return function(*args, **kwargs)
        finally:
            mine.close()

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        # A context can be entered once at a time; its copy costs nothing.
        mine = context.copy()
        try:
            return mine.run(branch, *args, **kwargs)
        except BaseException as error:
            # Whoever logs it does so outside of the context, and would lose the request's id. An
            # error may refuse attributes (a frozen class), and one object may be raised many times.
            vars(error)[_ATTRIBUTE] = Kept(mine)
            raise

    return run


def context_of(error: BaseException) -> Context:
    """Return the context that *error* was raised in, when `propagate` saw it; else the current one."""
    kept: Kept | None = getattr(error, _ATTRIBUTE, None)
    return copy_context() if kept is None or kept.context is None else kept.context


class Kept:
    """A context on an exception, left behind where the exception goes to another process."""

    __slots__ = ("context",)

    def __init__(self, context: Context | None = None) -> None:
        self.context = context

    def __reduce__(self) -> tuple[type[Kept], tuple[()]]:
        return (Kept, ())
