"""When rows were made and changed."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, aware of its time zone: UTC when it is read, whatever it was when it was stored.

    Raises:
        ValueError: a value to be stored has no time zone. SQLAlchemy raises it as its ``StatementError``.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Keep microseconds on MySQL and MariaDB, as all others do."""
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return *value* in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A datetime without a time zone is no moment. Fix: datetime.now(timezone.utc).")
        return value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return *value* in UTC; some databases keep no time zone, and some give the one of the session."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc)


def _now() -> datetime:
    # Not the database's clock: a test can stop this one, and a value is known without reading it back.
    return datetime.now(timezone.utc)


class Timestamps:
    """``created_at`` and ``updated_at``, by the clock of the process, which tests can move."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now, sort_order=90)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=_now, onupdate=_now, sort_order=91)
