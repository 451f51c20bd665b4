"""The engines of an app's own Flask-SQLAlchemy or Flask-SQLAlchemy-Lite object."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from flask import Flask, current_app, has_app_context

from .settings import DEFAULT, own_object

if TYPE_CHECKING:
    from sqlalchemy import Engine


def adopted_engines(app: Flask) -> dict[str, Engine]:
    """Return the engines of the object of *app*, whose context is the current one, by name."""
    own = own_object(app)
    # Flask-SQLAlchemy has the default one under None.
    return {
        DEFAULT if name is None else name: engine
        for name, engine in (own.engines.items() if own is not None else ())
    }


def context_of(app: Flask) -> AbstractContextManager[object]:
    """Return a context of *app*: the current one, or a new one."""
    is_current = has_app_context() and current_app._get_current_object() is app  # type: ignore[attr-defined]
    return nullcontext() if is_current else app.app_context()
