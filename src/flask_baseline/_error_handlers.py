"""Answer errors that the app does not: whatever it registers, before or after, wins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException


def install(app: Flask, kind: type[Exception], answer: Callable[[Any], ResponseReturnValue]) -> None:
    """Answer with *answer* each error of *kind* that no handler of *app* or of its blueprints takes.

    Flask takes the handler of the nearest class, and the app's may be for ``Exception``. What *answer*
    raises is handled as if there were no handler.
    """
    if kind in app.error_handler_spec[None][None]:
        return

    def handle(error: Exception) -> ResponseReturnValue:
        theirs = _further_handler(error, kind)
        return answer(error) if theirs is None else current_app.ensure_sync(theirs)(error)

    app.register_error_handler(kind, handle)


def answer_of(error: HTTPException) -> ResponseReturnValue:
    """Return what the app answers to *error*, as if a view had raised it."""
    spec = current_app.error_handler_spec
    for code in (error.code, None):
        for name in (*request.blueprints, None):
            for base in type(error).__mro__:
                handler = spec[name][code].get(base) if issubclass(base, Exception) else None
                if handler is not None:
                    answer: ResponseReturnValue = current_app.ensure_sync(handler)(error)
                    return answer
    return error


def _further_handler(error: Exception, kind: type[Exception]) -> Callable[..., Any] | None:
    """Return the handler of the app, or of its blueprint, for a class that is further than *kind*."""
    spec = current_app.error_handler_spec
    for name in (*request.blueprints, None):
        for base in type(error).__mro__:
            handler = spec[name][None].get(base)
            if handler is not None and base is not kind and issubclass(kind, base):
                return handler
    return None
