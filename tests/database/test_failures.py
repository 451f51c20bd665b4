"""What a client is told of a conflict, or of a database that cannot serve it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import create_engine, delete, insert, text, update

from flask_baseline.database import db
from tests.lines import ACCESS

from .shop import (
    CONFLICT,
    SECRET,
    STALE,
    UNAVAILABLE,
    Item,
    Part,
    Shop,
    add,
    assert_problem,
    open_shop,
)


def _stored() -> int:
    """Store an item and a part of it, and return the number of the item."""
    with db.transaction() as session:
        item = add(SECRET)
        session.flush()
        session.add(Part(item_id=item.id))
    return item.id


def _unique() -> None:
    _stored()
    add(SECRET)
    db.session.commit()


def _foreign_key() -> None:
    db.session.execute(delete(Item).where(Item.id == _stored()))
    db.session.commit()


def _not_null() -> None:
    db.session.execute(insert(Item).values(sku=None, stock=1, version=1))


def _check() -> None:
    add(SECRET, stock=-1)
    db.session.flush()


def _stale() -> None:
    item = db.session.get_one(Item, _stored())
    db.session.execute(update(Item).values(version=9), execution_options={"synchronize_session": False})
    item.sku = f"{SECRET}2"
    db.session.flush()


CONFLICTS = {
    "unique": (_unique, CONFLICT),
    "foreign-key": (_foreign_key, CONFLICT),
    "not-null": (_not_null, CONFLICT),
    "check": (_check, CONFLICT),
    "stale": (_stale, STALE),
}


@pytest.mark.parametrize(("fail", "detail"), CONFLICTS.values(), ids=CONFLICTS)
def test_conflicts(
    url: str, fail: Callable[[], None], detail: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rule of the database that is broken is a 409, logged once as a warning without any value."""
    with open_shop(url, "logging") as shop:
        assert_problem(shop.get(lambda: [fail(), "done"][1], buffered=True), 409, detail)
        assert shop.out == 0
    text = capsys.readouterr().out
    told, access = map(json.loads, text.splitlines())
    assert (told["severity_text"], access["body"]) == ("WARNING", ACCESS)
    assert told["body"].startswith("a request broke a rule of the database: ")
    assert SECRET not in text


@pytest.mark.parametrize(
    ("fail", "name"),
    [(_unique, "sku"), (_not_null, "sku"), (_check, "ck_shop_items_in_stock")],
    ids=["unique", "not-null", "check"],
)
def test_the_log_names_the_rule(
    shop: Shop, fail: Callable[[], None], name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The warning has the name of the constraint or of the column, by which the mistake is found."""
    shop.get(lambda: [fail(), "done"][1])
    assert name in caplog.text


@contextmanager
def _taken(shop: Shop) -> Iterator[None]:
    """Keep every connection of the pool in use."""
    with shop.engine.connect(), shop.engine.connect():
        yield


_LOCKS = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": "LOCK TABLE shop_items",
    "mysql": "LOCK TABLES shop_items WRITE",
}


@contextmanager
def _locked(shop: Shop) -> Iterator[None]:
    """Keep the rows of items locked."""
    engine = create_engine(shop.app.config["BASELINE_DATABASE_URL"])
    with engine.connect() as connection:
        connection.exec_driver_sql(_LOCKS[engine.name])
        yield
    engine.dispose()


@pytest.mark.parametrize("trouble", [_taken, _locked], ids=["pool", "lock"])
def test_it_waits_no_longer(
    url: str, trouble: Callable[[Shop], AbstractContextManager[None]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no connection or lock is had in time, a 503 says when to come again, and the log why, once."""
    limits = {"pool_size": 1, "max_overflow": 1, "pool_timeout": 0.1, "lock_timeout": 0.1}
    with open_shop(url, "logging", **limits) as shop:

        def view() -> str:
            with db.transaction():
                add(SECRET)
            return "done"

        with trouble(shop):
            assert_problem(shop.get(view, buffered=True), 503, UNAVAILABLE)
        assert shop.get(view).status_code == 200
        assert shop.out == 0
    text = capsys.readouterr().out
    lines = [json.loads(line) for line in text.splitlines()]
    assert len([line for line in lines if "exception.type" in line]) == 1
    assert SECRET not in text


@pytest.mark.parametrize(
    "fail",
    [lambda: db.session.execute(text("SELECT 1 FROM nothing")), lambda: db.session.query(Item).one()],
    ids=["table", "row"],
)
def test_mistakes_of_the_app(shop: Shop, fail: Callable[[], object]) -> None:
    """A table or a row that is missing is a 500 as ever."""
    assert shop.get(lambda: str(fail())).status_code == 500
    assert shop.out == 0
