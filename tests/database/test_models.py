"""The parts of models that an app may take."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Enum,
    ForeignKey,
    MetaData,
    String,
    UniqueConstraint,
    create_engine,
    inspect,
    select,
    update,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.schema import CreateTable
from time_machine import travel

from flask_baseline.database import models
from flask_baseline.database.models import (
    Base,
    IntegerId,
    Timestamps,
    UtcDateTime,
    UuidId,
    Versioned,
    naming_convention,
    uuid7,
)


class Colour(enum.Enum):
    red = "red"
    blue = "blue"


class Model(DeclarativeBase):
    metadata = MetaData(naming_convention=naming_convention)
    type_annotation_map = Base.type_annotation_map


class Order(IntegerId, Timestamps, Versioned, Model):
    __tablename__ = "model_orders"
    __table_args__ = (
        UniqueConstraint("name", "size"),
        CheckConstraint("size < 100"),
        CheckConstraint("size > 0", name="some"),
    )

    name: Mapped[str] = mapped_column(String(20), index=True)
    size: Mapped[int] = mapped_column(default=1)
    is_paid: Mapped[bool] = mapped_column(Boolean(create_constraint=True), default=False)
    inside: Mapped[Colour] = mapped_column(
        Enum(Colour, native_enum=False, create_constraint=True), default=Colour.red
    )
    outside: Mapped[Colour] = mapped_column(
        Enum(Colour, native_enum=False, create_constraint=True), default=Colour.red
    )
    due: Mapped[datetime | None]


class Line(UuidId, Model):
    __tablename__ = "model_lines"

    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id))


@pytest.fixture
def engine(url: str) -> Iterator[Any]:
    """Return an engine with the tables, without Baseline."""
    engine = create_engine(url)
    Model.metadata.drop_all(engine)
    Model.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Any) -> Iterator[Session]:
    """Return a session that closes."""
    with Session(engine) as found:
        yield found


def test_every_constraint_has_a_name(engine: Any) -> None:
    """Keys, checks and indexes have names by what they are about, so that a migration can drop them."""
    found = inspect(engine)
    # The primary key of MySQL has no name that could be chosen.
    assert found.get_pk_constraint("model_orders")["name"] in ("pk_model_orders", None)
    assert [key["name"] for key in found.get_foreign_keys("model_lines")] == [
        "fk_model_lines_order_id_model_orders"
    ]
    assert [key["name"] for key in found.get_unique_constraints("model_orders")] == [
        "uq_model_orders_name_size"
    ]
    assert [index["name"] for index in found.get_indexes("model_orders") if not index["unique"]] == [
        "ix_model_orders_name"
    ]
    checks = {str(check["name"]) for check in found.get_check_constraints("model_orders")}
    # The last is of the check without a name. PostgreSQL has a Boolean of its own, which needs no check.
    expected = {f"ck_model_orders_{name}" for name in ("inside", "outside", "some", "04791942")}
    assert checks - {"ck_model_orders_is_paid"} == expected


def test_checks_hold(session: Session) -> None:
    """A check with a name by itself checks."""
    session.add(Order(name="big", size=200))
    # MySQL's drivers have no class for it.
    with pytest.raises((IntegrityError, OperationalError), match="ck_model_orders_"):
        session.commit()


def test_integer_ids(session: Session) -> None:
    """The database numbers rows, with 64 bits."""
    session.add_all([Order(name="first"), Order(name="second")])
    session.flush()
    assert [*session.scalars(select(Order.id).order_by(Order.id))] == [1, 2]
    session.add(Order(id=2**40, name="huge"))
    session.commit()
    assert session.get_one(Order, 2**40).name == "huge"


def test_uuid_ids(session: Session) -> None:
    """A UUID is given at the flush, and comes back as one."""
    order = Order(name="first")
    session.add(order)
    session.flush()
    line = Line(order_id=order.id)
    session.add(line)
    session.commit()
    session.expire_all()
    assert isinstance(line.id, UUID)
    assert (line.id.version, session.get(Line, line.id)) == (7, line)


def test_uuid7_begins_with_the_time() -> None:
    """A UUID is of version 7 and of the RFC's variant, has the milliseconds in front, and is no other."""
    with travel(1_700_000_000.5, tick=False):
        found = [uuid7() for _ in range(100)]
    assert {(made.version, made.variant) for made in found} == {(7, "specified in RFC 4122")}
    assert {made.int >> 80 for made in found} == {1_700_000_000_500}
    assert len({*found}) == 100


def test_timestamps(session: Session) -> None:
    """They say when a row was made and last changed, in UTC, by a clock that a test can move."""
    made = datetime(2026, 1, 31, 23, 59, 59, 123456, timezone.utc)
    with travel(made, tick=False):
        order = Order(name="first")
        session.add(order)
        session.commit()
    assert (order.created_at, order.updated_at) == (made, made)
    with travel(made + timedelta(days=1), tick=False):
        order.size = 2
        session.commit()
        session.execute(update(Order).where(Order.name == "none").values(size=3))
    assert (order.created_at, order.updated_at) == (made, made + timedelta(days=1))
    assert order.updated_at.tzinfo is timezone.utc


def test_moments(session: Session) -> None:
    """A moment comes back in UTC whatever its time zone was, and compares as a moment in a query."""
    there = datetime(2026, 6, 1, 2, 0, tzinfo=timezone(timedelta(hours=5)))
    session.add(Order(name="due", due=there))
    session.commit()
    order = session.scalars(select(Order).where(Order.due == there)).one()
    assert str(order.due) == "2026-05-31 21:00:00+00:00"
    order.due = None
    session.commit()
    assert order.due is None


def test_a_moment_without_a_time_zone(session: Session) -> None:
    """A datetime without a time zone is refused, with the fix."""
    session.add(Order(name="naive", due=datetime(2026, 1, 1)))
    with pytest.raises(StatementError, match=r"Fix: datetime\.now\(timezone\.utc\)"):
        session.flush()


def test_moments_on_mysql() -> None:
    """MySQL and MariaDB keep microseconds too."""
    dialect: Any = mysql.dialect()  # type: ignore[no-untyped-call]
    created = str(CreateTable(Order.__table__).compile(dialect=dialect))
    assert "due DATETIME(6)" in created
    assert "id BIGINT NOT NULL AUTO_INCREMENT" in created


def test_versions(engine: Any, session: Session) -> None:
    """A version counts changes, and a change of what has been changed since it was read is refused."""
    order = Order(name="first")
    session.add(order)
    session.commit()
    assert order.version == 1
    with Session(engine) as other:
        theirs = other.get_one(Order, order.id)
        theirs.size = 2
        other.commit()
        assert theirs.version == 2
    order.size = 3
    with pytest.raises(StaleDataError):
        session.commit()


def test_all_names() -> None:
    """What the module has is what it names."""
    assert all(hasattr(models, name) for name in models.__all__)
    assert Base.metadata.naming_convention["pk"] == "pk_%(table_name)s"
    assert UtcDateTime.cache_ok
