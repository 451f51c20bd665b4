"""When sessions are closed."""

from __future__ import annotations

from functools import wraps
from typing import Any

from flask import Flask

from .sessions import close_with_context, keep_for_body


def attach(app: Flask) -> None:
    """Close the sessions of *app* with its contexts, after all that the app does at their end."""
    # Flask runs them in reverse.
    app.after_request_funcs.setdefault(None, []).insert(0, keep_for_body)
    end = app.do_teardown_appcontext

    @wraps(end)
    def end_and_close(*args: Any) -> None:
        # As a function among those of the app it would not be called after one that raises. A newer Flask
        # passes its context first.
        try:
            end(*args)
        finally:
            close_with_context(args[-1] if args else None)

    app.do_teardown_appcontext = end_and_close  # type: ignore[assignment, method-assign]
