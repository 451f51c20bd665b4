"""Instances of models are made and saved with what must be there, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine, ForeignKey, Numeric, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from flask_baseline.errors import MissingExtraError
from flask_baseline.testing.factory import Factory


class Base(DeclarativeBase):
    """The tables of these tests."""


class Author(Base):
    """A row with a key of its own."""

    __tablename__ = "author"
    __mapper_args__ = {"polymorphic_identity": "author", "polymorphic_on": "kind"}  # noqa: RUF012

    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))


class Book(Base):
    """A row of many kinds of columns."""

    __tablename__ = "book"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(5), unique=True)
    price: Mapped[float] = mapped_column(Numeric(6, 2))
    printed: Mapped[datetime]
    pages: Mapped[int] = mapped_column(default=100)
    stock: Mapped[int] = mapped_column(server_default="7")
    note: Mapped[str | None]
    version: Mapped[int] = mapped_column()
    author_code: Mapped[str] = mapped_column(ForeignKey("author.code"))
    author: Mapped[Author] = relationship()
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Return a database in memory."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """Return a session."""
    with Session(engine) as session:
        yield session


def test_filled_in(session: Session) -> None:
    """What must be there is filled in and fits; defaults, empty columns and numbers are the model's own."""
    make = Factory(session)
    book = make(Book, author=make(Author))
    assert book.id is not None
    assert (book.pages, book.stock, book.note, book.version) == (100, 7, None, 1)
    assert 0 < len(book.title) <= 5
    assert len(book.author_code) <= 3
    assert book.author.kind == "author"
    assert isinstance(book.printed, datetime)


def test_given(session: Session) -> None:
    """What is given is taken, and each of many differs in the rest."""
    make = Factory(session)
    author = make(Author)
    books = make.batch(Book, 5, author=author, price=3, note="new")
    assert {(book.price, book.note, book.author_code) for book in books} == {(3, "new", author.code)}
    assert len({book.title for book in books}) == 5


def test_not_saved(session: Session) -> None:
    """What is built is not saved."""
    assert Factory(session).build(Author) not in session


def test_the_same_again(session: Session) -> None:
    """Each test gets the same values in each run."""
    assert Factory(session).build(Book).title == Factory(session).build(Book).title


def test_a_reference_that_is_missing(session: Session) -> None:
    """A row that refers to another is not made up; the database says so."""
    with pytest.raises(Exception, match="author_code"):
        Factory(session)(Book)


def test_without_polyfactory(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its library a factory is an error with the remedy."""
    monkeypatch.setitem(sys.modules, "polyfactory.factories.sqlalchemy_factory", None)
    with pytest.raises(
        MissingExtraError, match=r"baseline_factory needs .* pip install \"flask-baseline\[test\]\""
    ):
        Factory(session)
