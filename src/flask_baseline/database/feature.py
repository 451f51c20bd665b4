"""``database``: engines, sessions and migrations."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from .._feature import Setup, Wiring
from .databases import Databases
from .failures import answer
from .hooks import attach
from .opening import opening
from .pending import migration_checks
from .readiness import readiness_checks
from .sessions import close_with_body, session_class
from .settings import DatabaseSettings
from .urls import databases_of


def init_app(app: Flask, settings: DatabaseSettings, setup: Setup, /) -> Wiring:
    """Return what the code of the app looks up."""
    found = databases_of(app, settings, setup.profile)
    databases = Databases(app, settings, opening(app, found.urls, settings), session_class(setup.profile))
    return Wiring(
        runtime=databases,
        readiness_checks=[
            *readiness_checks(found.names, databases.engine),
            *migration_checks(databases, setup.chosen),
        ],
        finish=close_with_body,
        attach=lambda: attach(app),
        error_handlers={SQLAlchemyError: answer},
    )
