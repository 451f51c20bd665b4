"""What ``env.py`` does: Alembic's environment, from the database and the settings of an app."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import context
from flask import Flask
from flask.cli import ScriptInfo, load_dotenv
from flask.helpers import get_load_dotenv
from sqlalchemy import Connection

from ...errors import BaselineError
from .combining import combined
from .connections import connected, dangling_rows
from .folders import folder_of, version_table_of
from .locks import lock
from .metadata import metadata_of
from .task import ATTRIBUTE, Task, databases_of


def run(options: Mapping[str, Any]) -> None:
    """Do what the command asks for, with *options* of ``alembic.context.configure`` over ours."""
    fixed = [name for name in ("version_table", "version_table_schema") if name in options]
    if fixed:
        raise BaselineError(f"env.py has run({fixed[0]}=...). Fix: leave it out; others look at that table.")
    with _task() as task:
        if context.is_offline_mode():
            dialect = task.databases.engine(task.name).dialect.name
            named = {"dialect_name": dialect, "dialect_opts": {"paramstyle": "named"}, "literal_binds": True}
            _migrate(task, {**named, **options}, task.on_step)
            return
        with connected(task.databases, task.name) as connection:
            online = {"connection": connection, **options}
            if not _is_change():
                _migrate(task, online, task.on_step)
                return
            with lock(connection, task.lock_seconds, task.tell):
                _migrate(task, online, _with_references(connection, task.on_step))


@contextmanager
def _task() -> Generator[Task]:
    given: Task | None = context.config.attributes.get(ATTRIBUTE)
    if given is not None:
        yield given
        return
    app = _load_app()
    databases = databases_of(app)
    folder = Path(context.script.dir).resolve()
    with app.app_context():
        for name in databases.engines:
            if folder_of(databases.settings.migrations, name).resolve() == folder:
                yield Task(app, databases, name, tell=context.config.print_stdout)
                return
    raise BaselineError(
        f"{folder} is the folder of no database. Fix: set BASELINE_DATABASE_MIGRATIONS to the one of the "
        "default database."
    )


def _load_app() -> Flask:
    """Return the app that ``flask`` would load here."""
    if get_load_dotenv():
        load_dotenv()
    return ScriptInfo(os.environ.get("FLASK_APP")).load_app()


def _is_change() -> bool:
    """Whether the command changes the database: those that do go to a revision."""
    try:
        context.get_revision_argument()
    except KeyError:
        return False
    return True


def _migrate(task: Task, options: Mapping[str, Any], on_step: Callable[[Any], None]) -> None:
    is_sqlite = task.databases.engine(task.name).dialect.name == "sqlite"
    ours = {
        "target_metadata": metadata_of(task.app, task.databases.settings.metadata, task.name),
        "version_table": version_table_of(task.name),
        "compare_type": True,
        "render_as_batch": is_sqlite,
        # Alembic believes that SQLite cannot.
        "transactional_ddl": True if is_sqlite else None,
        # What is done stays done when a later one fails, and locks of tables are held for as short as can be.
        "transaction_per_migration": True,
    }
    context.configure(**combined({**ours, **options}, task.on_revision, on_step))
    with context.begin_transaction():
        context.run_migrations()


def _with_references(connection: Connection, on_step: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return *on_step*, on SQLite with a look at the references: its foreign keys are off."""
    if connection.dialect.name != "sqlite":
        return on_step
    before = dangling_rows(connection)
    connection.rollback()

    def check(step: Any) -> None:
        if dangling_rows(connection) > before:
            raise BaselineError(
                f"Revision {step.up_revision_id} leaves rows that refer to none, and is undone. Fix: change "
                "or delete those rows in it too."
            )
        on_step(step)

    return check
