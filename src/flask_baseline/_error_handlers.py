"""Answer errors that the app does not: whatever it registers, before or after, wins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException


def install(app: Flask, answer: Callable[[HTTPException], ResponseReturnValue]) -> None:
    """Answer with *answer* each `HTTPException` that no handler of *app* or of its blueprints takes.

    Flask takes the handler of the nearest class, and the app's may be for ``Exception``.
    """
    handlers = app.error_handler_spec[None][None]
    if HTTPException in handlers:
        return

    def handle(error: HTTPException) -> ResponseReturnValue:
        theirs = _further_handler(error)
        return answer(error) if theirs is None else current_app.ensure_sync(theirs)(error)

    app.register_error_handler(HTTPException, handle)


def _further_handler(error: HTTPException) -> Callable[..., Any] | None:
    """Return the handler of the app, or of the request's blueprint, for a class that is further than ours."""
    spec = current_app.error_handler_spec
    for name in (*request.blueprints, None):
        for base in type(error).__mro__:
            handler = spec[name][None].get(base) if issubclass(HTTPException, base) else None
            if handler is not None and base is not HTTPException:
                return handler
    return None
