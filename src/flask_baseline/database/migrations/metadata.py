"""Find the tables that the app's models declare."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from importlib import import_module
from typing import Any, cast

from flask import Flask
from sqlalchemy import MetaData

from ...errors import BaselineError
from ..settings import DEFAULT

_KEY = "BASELINE_DATABASE_METADATA"


def metadata_of(app: Flask, where: str | None, name: str) -> MetaData:
    """Return the tables of the database called *name*.

    Args:
        app: may have Flask-SQLAlchemy, which has one metadata for each database.
        where: an import path, "module:attribute": a metadata, a declarative base, an object of
            Flask-SQLAlchemy, or a mapping from the names of databases to any of those.
        name: of the database.

    Raises:
        BaselineError: there is none.
    """
    found = _declared(_import(where) if where is not None else _usual(app), name)
    if found is None:
        of = _KEY if where is None else f"{_KEY}, {where},"
        raise BaselineError(
            f"{of} has no metadata of the database {name!r}. Fix: set it to the import path of a metadata, "
            "of a declarative base, or of a dictionary with one of them for each database."
        )
    return found


def _usual(app: Flask) -> object:
    extension = app.extensions.get("sqlalchemy")
    if getattr(extension, "metadatas", None) is not None:
        return extension
    from ..models import Base

    return Base


def _import(where: str) -> object:
    module, _, attribute = where.partition(":")
    try:
        return cast(object, reduce(getattr, attribute.split("."), cast(Any, import_module(module))))
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module}.".startswith(f"{error.name}."):
            raise BaselineError(f"{_KEY}: there is no module {error.name!r}.") from None
        # What the app's own module imports is the app's own error.
        raise
    except AttributeError:
        raise BaselineError(f"{_KEY}: {module!r} has no {attribute!r}.") from None


def _declared(found: object, name: str) -> MetaData | None:
    # Of Flask-SQLAlchemy: the metadata of each database, the default one's under None.
    several = getattr(found, "metadatas", found)
    if isinstance(several, Mapping):
        by_name = cast("Mapping[str | None, object]", several)
        found = by_name.get(name, by_name.get(None) if name == DEFAULT else None)
    elif name != DEFAULT:
        # One for all would make a copy of every table in each database.
        return None
    metadata = getattr(found, "metadata", found)
    return metadata if isinstance(metadata, MetaData) else None
