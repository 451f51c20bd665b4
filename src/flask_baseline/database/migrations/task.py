"""What a command gives to ``env.py``, for each database that it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click
from flask import Flask
from flask.cli import ScriptInfo

from ..._runtime import runtime_of
from ...errors import BaselineError, NotInitializedError
from ..settings import DEFAULT, REPLICA
from .folders import VERSIONS, migrated

if TYPE_CHECKING:
    from ..databases import Databases

ATTRIBUTE = "flask-baseline"
"""Where it is in the attributes of Alembic's configuration."""


def _ignore(_: Any) -> None:
    pass


@dataclass(frozen=True)
class Task:
    """One run of Alembic, on one database of one app."""

    app: Flask
    databases: Databases
    name: str
    """Of the database."""
    lock_seconds: float = 300.0
    """How long to wait for another process."""
    tell: Callable[[str], None] = _ignore
    """Gets what happens, in sentences."""
    on_step: Callable[[Any], None] = _ignore
    """Gets each step that is done, as Alembic's ``MigrationInfo``."""
    on_revision: Callable[[list[Any]], None] = _ignore
    """Gets the directives of a new revision, and may change them."""


def tasks_of(context: click.Context, name: str | None, lock_seconds: float) -> list[Task]:
    """Return a task for the database called *name*, or one for each that has migrations.

    The context of the app ends with the one of the command.
    """
    app = context.ensure_object(ScriptInfo).load_app()
    databases = databases_of(app)
    context.with_resource(app.app_context())
    # A copy gets what its original gets, and the folder of the other name has the default one's revisions.
    known = sorted(databases.engines.keys() - {REPLICA, VERSIONS})
    names = [name] if name is not None else migrated(databases.settings.migrations) or [DEFAULT]
    for found in names:
        if found not in known:
            raise click.BadParameter(f"There is no database {found!r}; there are: {', '.join(known)}.")

    def tell_of(name: str) -> Callable[[str], None]:
        prefix = f"{name}: " if len(names) > 1 else ""
        return lambda text: click.echo(f"{prefix}{text}", err=True)

    return [Task(app, databases, found, lock_seconds, tell_of(found)) for found in names]


def databases_of(app: Flask) -> Databases:
    """Return the databases of *app*.

    Raises:
        NotInitializedError: there is no ``Baseline`` on it.
        BaselineError: it has no database.
    """
    if "baseline" not in app.extensions:
        raise NotInitializedError(
            f"Baseline is not on the app {app.name!r}. Fix: call Baseline(app) or baseline.init_app(app) in "
            "the factory."
        )
    found: Databases | None = runtime_of(app, "database")
    if found is None:
        raise BaselineError(f"The app {app.name!r} has no database. Fix: set BASELINE_DATABASE_URL.")
    return found
