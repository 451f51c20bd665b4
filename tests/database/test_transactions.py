"""`db.transaction`, `db.transactional` and `db.after_commit`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Blueprint, abort
from flask.views import MethodView
from sqlalchemy import delete, text
from sqlalchemy.exc import IntegrityError

from flask_baseline import endpoint
from flask_baseline.database import db

from .shop import Item, Part, Shop, add, make_tables, open_shop


def _raise_lookup() -> None:
    raise LookupError("no")


@db.transactional
def _store(sku: str = "kept") -> str:
    add(sku)
    return "stored"


def test_it_commits(shop: Shop) -> None:
    """A view under `transactional` commits when it returns, and a block at its end."""

    def block() -> str:
        with db.transaction() as session:
            session.add(Item(sku="block"))
        return "stored"

    assert [shop.get(_store).text, shop.get(block).text] == ["stored", "stored"]
    assert (shop.skus, shop.out) == (["kept", "block"], 0)


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_never_by_status(shop: Shop, status: int) -> None:
    """A view that returns has its data stored, whatever the status of its response."""
    shop.get(db.transactional(lambda: [add("kept"), ("answered", status)][1]))  # type: ignore[return-value]
    assert shop.skus == ["kept"]


@pytest.mark.parametrize(
    "fail",
    [_raise_lookup, lambda: abort(409), lambda: abort(302), lambda: add("kept")],
    ids=["error", "abort", "redirect", "integrity"],
)
def test_any_exception_rolls_back(shop: Shop, fail: Callable[[], object]) -> None:
    """Of a view that raises no row is left, although a handler answers 200 and uses the session."""
    with shop.app.app_context():
        _store()

    @shop.app.errorhandler(Exception)
    def handle(_error: Exception) -> str:
        return str(db.session.query(Item).count())

    @db.transactional
    def view() -> str:
        add("lost")
        db.session.flush()
        fail()
        db.session.flush()
        return "done"

    response = shop.get(view)
    assert (response.status_code, response.text) == (200, "1")
    assert (shop.skus, shop.out) == (["kept"], 0)


def test_commits_that_fail(shop: Shop) -> None:
    """A hundred commits that fail leave no row and no connection out."""
    with shop.app.app_context():
        _store()
    assert {shop.get(_store).status_code for _ in range(100)} == {409}
    assert (shop.skus, shop.out) == (["kept"], 0)


def test_a_savepoint(shop: Shop) -> None:
    """A block in another undoes alone what it has changed, and is committed with the outer one."""

    @db.transactional
    def view() -> str:
        add("outer")
        for number, fails in enumerate([False, True, False]):
            try:
                with db.transaction():
                    add(f"inner{number}")
                    if fails:
                        add("outer")
            except IntegrityError:
                add("instead")
        return "done"

    assert shop.get(view).text == "done"
    assert shop.skus == ["outer", "inner0", "instead", "inner2"]


def test_an_error_in_the_outer_block(shop: Shop) -> None:
    """Inner blocks that went well are undone with the outer one."""

    @db.transactional
    def outer() -> None:
        _store("inner")
        _raise_lookup()

    with shop.app.app_context(), pytest.raises(LookupError):
        outer()
    assert shop.skus == []


def test_two_databases(url: str, tmp_path: Path) -> None:
    """A block is of one database; in it a block of another is no savepoint."""
    others = {"other": f"sqlite:///{tmp_path / 'other.db'}"}
    make_tables(others["other"])

    @db.transactional
    def outer() -> None:
        add("lost")
        with db.transaction("other") as session:
            session.add(Item(sku="kept"))
        _raise_lookup()

    with open_shop(url, others=others) as shop:
        with shop.app.app_context():
            with pytest.raises(LookupError):
                outer()
            assert db.session_of("other").query(Item).count() == 1
        assert shop.skus == []


class Items(MethodView):
    @db.transactional
    def get(self) -> str:
        return _store("method")


class Decorated(MethodView):
    decorators = (db.transactional,)

    def get(self) -> str:
        add("decorated")
        return "stored"


@endpoint
@db.transactional
def _below(sku: str) -> dict[str, str]:
    """Make an item."""
    return {"stored": add(sku).sku}


@db.transactional
@endpoint
def _above(sku: str) -> dict[str, str]:
    """Make an item."""
    return {"stored": add(sku).sku}


def test_with_other_decorators(shop: Shop) -> None:
    """It works on methods, on classes of them, and above and below `endpoint`."""
    bp = Blueprint("items", __name__)
    bp.add_url_rule("/method", view_func=Items.as_view("method"))
    bp.add_url_rule("/decorated", view_func=Decorated.as_view("decorated"))
    bp.add_url_rule("/below/<sku>", view_func=_below)
    bp.add_url_rule("/above/<sku>", view_func=_above)
    shop.app.register_blueprint(bp)
    client = shop.app.test_client()
    for path in ("/method", "/decorated", "/below/below", "/above/above"):
        assert client.get(path).status_code == 200
    assert shop.skus == ["method", "decorated", "below", "above"]
    assert client.get("/above/above").get_json()["status"] == 409


def test_a_view_that_returns_a_generator(shop: Shop) -> None:
    """What a view does before it returns a generator is committed before the first byte."""
    found: list[list[str]] = []

    @db.transactional
    def view() -> Iterator[str]:
        _store()

        def lines() -> Iterator[str]:
            found.append(shop.skus)
            yield "line"

        return lines()

    assert shop.get(view).text == "line"
    assert found == [["kept"]]


def test_a_generator_is_refused() -> None:
    """A view that is a generator cannot be transactional, which is said when it is decorated."""

    def lines() -> Iterator[str]:
        yield "line"

    with pytest.raises(TypeError, match=r"lines is a generator.*db\.transaction"):
        db.transactional(lines)


def test_reads_before(shop: Shop) -> None:
    """A session that was read before its first block is no transaction of `db`, so that the block commits."""

    def view() -> str:
        db.session.execute(text("SELECT 1"))
        return _store()

    shop.get(view)
    assert shop.skus == ["kept"]


def test_deferred_rules(shop: Shop) -> None:
    """A rule that is broken by what is deleted rolls the whole block back."""
    with shop.app.app_context(), db.transaction():
        item = add("kept")
        db.session.flush()
        db.session.add(Part(item_id=item.id))

    @db.transactional
    def view() -> str:
        add("lost")
        db.session.execute(delete(Item).where(Item.sku == "kept"))
        return "done"

    assert shop.get(view).status_code == 409
    assert shop.skus == ["kept"]
