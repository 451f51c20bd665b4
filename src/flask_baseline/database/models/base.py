"""The base of models: every constraint has a name, by which a migration can drop it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, MetaData, Table
from sqlalchemy.orm import DeclarativeBase

from .timestamps import UtcDateTime


def _check_name(constraint: CheckConstraint, _table: Table) -> str:
    """Return the name that *constraint* was given, or one by what it checks.

    ``%(constraint_name)s`` alone would refuse a Boolean with ``create_constraint``, which has none, and give
    two columns of one Enum the same.
    """
    is_of_type = getattr(constraint, "_type_bound", False)
    if isinstance(constraint.name, str) and not is_of_type:
        return constraint.name
    columns = "_".join(column.name for column in constraint.columns)
    return columns or hashlib.sha256(str(constraint.sqltext).encode()).hexdigest()[:8]


naming_convention: Mapping[str, Any] = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    # SQLAlchemy looks for "constraint_name" in it, to apply it where there is a name too.
    "ck": "ck_%(table_name)s_%(check_constraint_name)s",
    "check_constraint_name": _check_name,
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""For the ``MetaData`` of a base of your own."""


class Base(DeclarativeBase):
    """The base of models. A ``datetime`` of theirs is a `UtcDateTime`."""

    metadata = MetaData(naming_convention=naming_convention)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime}
