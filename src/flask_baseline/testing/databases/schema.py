"""Give an app's empty database its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Flask

from ..._runtime import runtime_of
from ...errors import BaselineError, NotInitializedError

if TYPE_CHECKING:
    from sqlalchemy import MetaData
    from sqlalchemy.orm import Session

    from ...database.databases import Databases


def databases_of(app: Flask) -> Databases:
    """Return the databases of *app*.

    Raises:
        NotInitializedError: it has none.
    """
    found = runtime_of(app, "database")
    if found is None:
        raise NotInitializedError(
            f"The app {app.name!r} has no database. Fix: call Baseline(app) in its factory, and set "
            'baseline_database = "postgresql" (or mariadb, sqlite) in the configuration of pytest.'
        )
    return cast("Databases", found)


def session_of(app: Flask) -> Session:
    """Return a session for a test, on all databases of *app* whose tables are known to be theirs."""
    databases = databases_of(app)
    session = databases.new_session()
    # Of Flask-SQLAlchemy: the tables of each database, the default one's under None.
    metadatas: dict[str | None, MetaData] = getattr(app.extensions.get("sqlalchemy"), "metadatas", {})
    for name, metadata in metadatas.items():
        if name is not None:
            for table in metadata.tables.values():
                session.bind_table(table, databases.engine(name))
    return session


def make_tables(app: Flask) -> None:
    """Apply the migrations of *app*; where it has none, make the tables of its models.

    Raises:
        BaselineError: a migration fails, or there is neither.
    """
    from ...database.migrations.folders import migrated

    databases = databases_of(app)
    if "migrate" in app.extensions:
        from importlib import import_module

        with app.app_context():
            import_module("flask_migrate").upgrade()
    elif migrated(databases.settings.migrations):
        _upgrade(app)
    else:
        _create(app, databases)


def _upgrade(app: Flask) -> None:
    from ...cli import baseline

    done = app.test_cli_runner().invoke(baseline, ["db", "upgrade"])
    if done.exit_code:
        raise BaselineError(
            f"The migrations of the app {app.name!r} fail:\n{done.output}"
        ) from done.exception


def _create(app: Flask, databases: Databases) -> None:
    from ...database.migrations.metadata import metadata_of
    from ...database.settings import DEFAULT, REPLICA

    for name, engine in databases.engines.items():
        if name == REPLICA:
            continue
        try:
            metadata = metadata_of(app, databases.settings.metadata, name)
        except BaselineError:
            if name == DEFAULT:
                raise
            # Its tables are somebody else's.
            continue
        metadata.create_all(engine)
