"""What a client is told of a conflict, or of a database that cannot serve it: never why in detail."""

from __future__ import annotations

import logging
import re
import sqlite3
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError, TimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import Conflict, HTTPException, ServiceUnavailable

from .._error_handlers import answer_of
from .._exception import type_name
from ..problems import Problem

RETRY_AFTER = 5
"""Seconds."""

_CONFLICT = "The data conflicts with what is stored."
_STALE = "The data has been changed by someone else in the meantime."
_UNAVAILABLE = "The database cannot serve the request now."

_STATES = ("08", "53", "57", "40001", "40P01", "55P03", "25P03", "25P04")
"""SQLSTATEs, or the classes of them, of PostgreSQL: lost, out of resources, stopped or timed out, a deadlock,
a serialization failure, a lock that is taken, a transaction that has waited or run for too long."""

_NUMBERS = frozenset({1040, 1053, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1969, 3024})
"""Of MySQL and MariaDB, for the same. Those from 2000 to 2999 are of a client that has lost its server."""

_CHECK_VIOLATED = (3819, 4025)
"""Of MySQL and MariaDB, whose drivers have no class for it."""

_MYSQL_RULE = re.compile(r"(?:for key|Column|CONSTRAINT) ['`]([\w.]+)['`]")
"""In the messages of MySQL and MariaDB: values are before it."""

_TEXTS = (
    *("database is locked", "database table is locked", "database schema is locked", "interrupted"),
    *("unable to open database file", "disk I/O error", "database or disk is full"),
)
"""Of SQLite, which calls missing tables by the same class."""

_log = logging.getLogger("flask_baseline.database")


def answer(error: SQLAlchemyError) -> ResponseReturnValue:
    """Answer *error* with a 409 or a 503, as a problem, a page of the app, or a page for a browser.

    Raises:
        SQLAlchemyError: it is a mistake of the app.
    """
    refusal = _refusal(error)
    if refusal is None:
        raise error
    if refusal.code == 409:
        # Whoever looks for a mistake in the app must find it; a 503 is logged with its request.
        _log.warning("a request broke a rule of the database: %s", _told(error))
    refusal.__cause__ = error
    found = answer_of(refusal)
    accepted = request.accept_mimetypes
    if found is refusal and accepted["text/html"] <= accepted["application/json"]:
        headers = {name: value for name, value in refusal.get_headers() if name == "Retry-After"}
        return Problem(refusal.code or 500, refusal.description, headers=headers)
    return found


def _refusal(error: SQLAlchemyError) -> HTTPException | None:
    if isinstance(error, StaleDataError):
        return Conflict(_STALE)
    if isinstance(error, TimeoutError):
        return ServiceUnavailable(_UNAVAILABLE, retry_after=RETRY_AFTER)
    if isinstance(error, DBAPIError):
        if isinstance(error, IntegrityError) or _code(error) in _CHECK_VIOLATED:
            return Conflict(_CONFLICT)
        if _is_unavailable(error):
            return ServiceUnavailable(_UNAVAILABLE, retry_after=RETRY_AFTER)
    return None


def _is_unavailable(error: DBAPIError) -> bool:
    # An error without a statement is about the connection.
    if error.connection_invalidated or (isinstance(error, OperationalError) and error.statement is None):
        return True
    code = _code(error)
    if isinstance(code, str):
        return code.startswith(_STATES)
    if isinstance(code, int):
        return code in _NUMBERS or 2000 <= code < 3000
    return isinstance(error, OperationalError) and str(error.orig).startswith(_TEXTS)


def _code(error: DBAPIError) -> str | int | None:
    """Return the SQLSTATE or the number that the driver has of *error*."""
    cause: Any = error.orig
    number = cause.args[0] if cause is not None and cause.args else None
    if isinstance(number, int):
        # Of MySQL, where many have one SQLSTATE.
        return number
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    return str(state) if state else None


def _told(error: SQLAlchemyError) -> str:
    """Return what may be logged of *error*: the messages of drivers but SQLite's have the values of rows."""
    cause: Any = getattr(error, "orig", None) or error
    diagnosis = getattr(cause, "diag", None)
    rule = getattr(diagnosis, "constraint_name", None) or getattr(diagnosis, "column_name", None)
    if isinstance(cause, sqlite3.Error):
        rule = str(cause)
    elif rule is None:
        rule = ([None, *_MYSQL_RULE.findall(str(cause))])[-1]
    return f"{type_name(cause)} ({rule})" if rule else type_name(cause)
