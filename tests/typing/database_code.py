"""What the type checkers see of `db` and of models in an app."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, Session, mapped_column
from typing_extensions import assert_type

from flask_baseline.database import db
from flask_baseline.database.models import Base, IntegerId, Timestamps, UuidId, Versioned


class Order(IntegerId, Timestamps, Versioned, Base):
    __tablename__ = "typed_orders"

    name: Mapped[str] = mapped_column(unique=True)


class Line(UuidId, Base):
    __tablename__ = "typed_lines"


@db.transactional
def create(name: str, *, size: int = 1) -> tuple[str, int]:
    db.session.add(Order(name=name))
    db.after_commit(lambda: print(name))
    return name, size


@db.transactional
async def create_later(name: str) -> str:
    return name


def use(order: Order, line: Line) -> None:
    with db.transaction() as session:
        assert_type(session, Session)
    assert_type(db.session, Session)
    assert_type(db.replica, Session)
    assert_type(db.session_of("reports"), Session)
    assert_type(create("x", size=2), tuple[str, int])
    later: Callable[[str], Awaitable[str]] = create_later
    assert_type(order.id, int)
    assert_type(order.version, int)
    assert_type(order.created_at, datetime)
    assert_type(line.id, UUID)
    print(later)
