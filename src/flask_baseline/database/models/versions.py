"""Optimistic locks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, declared_attr, mapped_column


class Versioned:
    """``version``: 1 in a new row, and one more with each change.

    A change of a row that someone else has changed since it was read is refused with a 409.
    """

    version: Mapped[int] = mapped_column(Integer, nullable=False, sort_order=92)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}
