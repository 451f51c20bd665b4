"""The readiness check for migrations that a database has not had."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from typing import TYPE_CHECKING

from opentelemetry import context
from sqlalchemy import Engine, String, column, inspect, select, table
from sqlalchemy.exc import DBAPIError

from .._feature import ReadinessCheck
from ..errors import BaselineError
from .migrations.folders import VERSIONS, folder_of, migrated, version_table_of
from .migrations.graph import Graph, read_graph
from .settings import DEFAULT, MIGRATIONS

if TYPE_CHECKING:
    from .databases import Databases

_KEYS = frozenset({"BASELINE_DATABASE_MIGRATIONS", "BASELINE_DATABASE_READY_MIGRATIONS"})

# OpenTelemetry's instrumentations look for it; a probe has no spans.
_UNTRACED = "suppress_instrumentation"


def migration_checks(databases: Databases, chosen: Collection[str]) -> list[ReadinessCheck]:
    """Return a check for each database that has a folder of migrations.

    Where there is none at all, the default database gets a check that fails if a key of *chosen*, which are
    those that are set, says that there should be one: an image may have been built without it.
    """
    settings = databases.settings
    if settings.ready_migrations == "off":
        return []
    names = migrated(settings.migrations)
    if not names and not _KEYS.isdisjoint(chosen):
        names = [DEFAULT]
    # What needs no other database is served without it, as where one does not answer.
    critical = DEFAULT if settings.ready_migrations == "fail" else None
    return [
        ReadinessCheck(_check_name(name), migration_check(databases, name), name == critical)
        for name in names
    ]


def migration_check(databases: Databases, name: str) -> Callable[[], None]:
    """Return what raises while the database called *name* lacks a migration. The files are read once."""
    folder = folder_of(databases.settings.migrations, name).absolute()

    @cache
    def graph() -> Graph:
        if not (folder / VERSIONS).is_dir():
            raise BaselineError(
                f"There are no migrations in {folder}. Fix: set BASELINE_DATABASE_MIGRATIONS to where they "
                "are, or BASELINE_DATABASE_READY_MIGRATIONS to off."
            )
        return read_graph(folder / VERSIONS)

    def check() -> None:
        token = context.attach(context.set_value(_UNTRACED, True))
        try:
            heads = applied(databases.engine(name), version_table_of(name))
        finally:
            context.detach(token)
        missing = sorted(graph().missing_from(heads))
        if missing:
            shown = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
            raise BaselineError(
                f"The database {name!r} lacks {len(missing)} of its migrations: {shown}. "
                "Fix: flask baseline db upgrade."
            )

    return check


def applied(engine: Engine, version_table: str) -> Collection[str]:
    """Return the heads of what is applied, which are none before the first migration."""
    statement = select(column("version_num", String)).select_from(table(version_table))
    with engine.connect() as connection:
        try:
            return [str(row[0]) for row in connection.execute(statement)]
        except DBAPIError:
            connection.rollback()
            if inspect(connection).has_table(version_table):
                raise
            return ()


def _check_name(name: str) -> str:
    return f"database:{MIGRATIONS}" if name == DEFAULT else f"database:{name}:{MIGRATIONS}"
