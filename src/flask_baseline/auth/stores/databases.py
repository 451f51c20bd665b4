"""Find the app's own database."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask import Flask
from pydantic import SecretStr

from ..._flask_sqlalchemy_urls import flask_sqlalchemy_urls, in_instance_folder

OURS = "BASELINE_DATABASE_URL"


class Database(NamedTuple):
    """A database that a setting names."""

    key: str
    """The setting."""
    url: SecretStr
    """As SQLAlchemy has it, or as platforms do."""


def database_of(app: Flask, value: Callable[[str], object]) -> Database | None:
    """Return the database of *app*, under our name or as Flask-SQLAlchemy or -Lite have it.

    A file of SQLite without a folder is in the instance folder of the app, where both of them look.

    Args:
        app: may have keys of theirs.
        value: returns the effective setting of a key of ours.
    """
    ours = value(OURS)
    if isinstance(ours, SecretStr):
        return Database(OURS, ours)
    for key, theirs in flask_sqlalchemy_urls(app).items():
        return Database(key, in_instance_folder(theirs, app))
    return None
