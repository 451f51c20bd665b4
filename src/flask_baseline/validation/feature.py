"""The errors of API routes as problems, and what endpoints share at run time."""

from __future__ import annotations

from flask import Flask
from werkzeug.exceptions import HTTPException

from .._feature import Setup, Wiring
from .api_errors import error_handler
from .idempotency.opening import open_store
from .runtime import ValidationRuntime
from .settings import ValidationSettings


def init_app(app: Flask, settings: ValidationSettings, setup: Setup, /) -> Wiring:
    """Return the error handler of *app*, and what its endpoints look up."""
    store = settings.idempotency_store
    return Wiring(
        error_handlers=(
            {} if settings.problems == "never" else {HTTPException: error_handler(settings.problems)}
        ),
        runtime=ValidationRuntime(
            mistakes_are_errors=settings.undeclared_status == "error",
            idempotency_store=open_store(None if store is None else store.get_secret_value()),
            idempotency_seconds=settings.idempotency_seconds,
        ),
    )
