"""What went wrong in Alembic or in a migration, with what to do about it."""

from __future__ import annotations

import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ...errors import BaselineError

_COMMAND = "flask baseline db"
_FIXES = {
    "Multiple head": f"Fix: join them with {_COMMAND} merge, or say which one, or heads for all",
    "multiple heads": f"Fix: join them with {_COMMAND} merge, or say which one, or heads for all",
    "not up to date": f"Fix: {_COMMAND} upgrade",
    "Can't locate revision": "Fix: get the file of that revision, which another release or branch has, "
    f"or see {_COMMAND} current and {_COMMAND} history",
}
"""What to do about an error of Alembic, by a part of its message."""

_LOCKED = ("55P03", "1205", "database is locked")
"""A lock that took too long, as PostgreSQL, MySQL and SQLite call it."""


@contextmanager
def explained(folder: Path) -> Generator[None]:
    """Turn what is raised in the block by Alembic or the database into a `BaselineError` that has no SQL.

    Args:
        folder: of the migrations, in which the line that failed is looked for.
    """
    try:
        yield
    except CommandError as error:
        text = str(error).rstrip(".")
        found = BaselineError(". ".join([text, *_fixes(text)]) + ".")
    except SQLAlchemyError as error:
        found = BaselineError(_of_database(error, folder))
    else:
        return
    # What was raised has statements and values.
    raise found from None


def _fixes(text: str) -> list[str]:
    return [fix for part, fix in _FIXES.items() if part in text][:1]


def _of_database(error: SQLAlchemyError, folder: Path) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    # More lines would be the statement, and the values of a row.
    reason = (str(cause).splitlines() or [type(cause).__name__])[0].rstrip(".")
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_in(frame.filename, folder)]
    if not lines:
        return f"The database cannot be used: {reason}."
    place = f"{folder.name}/{Path(lines[-1].filename).relative_to(folder.resolve())}, line {lines[-1].lineno}"
    code = str(getattr(cause, "sqlstate", None) or "")
    text = f"The migration failed in {place}: {reason}."
    if code in _LOCKED or any(part in reason for part in _LOCKED):
        return (
            f"{text} Something else held a lock for too long. Fix: try again, or end what holds it, or raise "
            "BASELINE_DATABASE_LOCK_TIMEOUT."
        )
    return text


def _is_in(filename: str, folder: Path) -> bool:
    return folder.resolve() / "versions" in Path(filename).resolve().parents
