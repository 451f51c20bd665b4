"""`db.after_commit`: what is done once the data is stored."""

from __future__ import annotations

import pytest
from flask.typing import ResponseReturnValue

from flask_baseline.database import db

from .shop import Shop, add


def _raise_lookup() -> None:
    raise LookupError("no")


@db.transactional
def _store() -> str:
    add("after")
    return "stored"


def test_after_the_commit(shop: Shop) -> None:
    """Functions are called after the outermost commit, in order, and see what is stored."""
    called: list[object] = []

    @db.transactional
    def view() -> ResponseReturnValue:
        add("outer")
        db.after_commit(lambda: called.append(shop.skus))
        with db.transaction():
            add("inner")
            db.after_commit(lambda: called.append("inner"))
        called.append("before")
        return "done"

    shop.get(view)
    assert called == ["before", ["outer", "inner"], "inner"]


def test_after_a_rollback(shop: Shop) -> None:
    """Functions of a block that is rolled back are forgotten, and those of the others are not."""
    called: list[str] = []

    def block(name: str, *, fails: bool) -> None:
        with db.transaction():
            db.after_commit(lambda: called.append(name))
            if fails:
                _raise_lookup()

    with shop.app.app_context():
        with db.transaction():
            block("first", fails=False)
            with pytest.raises(LookupError):
                block("second", fails=True)
            block("third", fails=False)
        with pytest.raises(LookupError):
            block("fourth", fails=True)
        block("fifth", fails=False)
    assert called == ["first", "third", "fifth"]


def test_a_function_that_fails(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    """What one raises is logged; the others are called, and the answer is that of the view."""

    @db.transactional
    def view() -> str:
        db.after_commit(_raise_lookup)
        db.after_commit(lambda: _store())
        return "done"

    assert shop.get(view).text == "done"
    assert shop.skus == ["after"]
    assert [(line.levelname, str(line.exc_info[1])) for line in caplog.records if line.exc_info] == [
        ("ERROR", "no")
    ]


def test_after_commit_without_a_transaction(shop: Shop) -> None:
    """Without a transaction there is nothing to wait for, and the error says so."""
    with shop.app.app_context(), pytest.raises(RuntimeError, match=r"db\.transaction"):
        db.after_commit(_raise_lookup)
