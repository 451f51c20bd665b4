"""Migrations: Alembic, with the database and the settings of the app."""

from __future__ import annotations

from typing import Any

__all__ = ["run"]


def run(**options: Any) -> None:
    """Do what the command asks for, in the database that the folder is for. ``migrations/env.py`` calls it.

    Under ``alembic`` itself it loads the app as ``flask`` does, by ``FLASK_APP``, ``wsgi.py`` or ``app.py``.

    Args:
        options: as of ``alembic.context.configure``. ``include_object``, ``render_item``,
            ``on_version_apply`` and ``process_revision_directives`` are called besides our own, the others
            replace ours.

    Raises:
        BaselineError: the app has no database, or another process migrates it for too long.
    """
    from .environment import run

    run(options)
