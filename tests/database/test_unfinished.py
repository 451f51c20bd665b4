"""A warning, in dev and test, of changes that nobody commits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select, text, update

from flask_baseline.database import db

from .shop import Item, add, open_shop


def _flushed() -> ResponseReturnValue:
    add("new")
    db.session.flush()
    return "done"


def _changed() -> ResponseReturnValue:
    db.session.scalars(select(Item)).one().stock += 1
    return "done"


def _deleted() -> ResponseReturnValue:
    db.session.delete(db.session.scalars(select(Item)).one())
    return "done"


def _by_statement() -> ResponseReturnValue:
    db.session.execute(update(Item).values(stock=5))
    return "done"


def _read() -> ResponseReturnValue:
    item = db.session.scalars(select(Item)).one()
    item.stock = item.stock + 0
    return "done"


def _committed() -> ResponseReturnValue:
    db.session.execute(delete(Item))
    db.session.commit()
    return str(db.session.scalar(text("SELECT 1")))


def _rolled_back() -> ResponseReturnValue:
    _flushed()
    db.session.rollback()
    return "done"


def _refused() -> ResponseReturnValue:
    _flushed()
    abort(409)


def _failed() -> ResponseReturnValue:
    _flushed()
    raise LookupError("no")


WARNED: list[Callable[[], object]] = [
    lambda: str(add("new").sku),
    _flushed,
    _changed,
    _deleted,
    _by_statement,
]
QUIET: list[Callable[[], object]] = [_read, _committed, _rolled_back, _refused, _failed]


def _warnings(
    profile: str, view: Callable[[], object], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> list[str]:
    with open_shop(f"sqlite:///{tmp_path / 'shop.db'}", profile=profile) as shop:
        with shop.app.app_context(), db.transaction():
            add("old")
        shop.get(view)  # type: ignore[arg-type]
        assert shop.out == 0
    return [line.getMessage() for line in caplog.records if line.levelname == "WARNING"]


@pytest.mark.parametrize("profile", ["dev", "test"])
@pytest.mark.parametrize("view", WARNED, ids=["added", "flushed", "changed", "deleted", "statement"])
def test_it_is_told(
    view: Callable[[], object], profile: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A request that goes well and loses its changes says so once, with the fix."""
    (warning,) = _warnings(profile, view, tmp_path, caplog)
    assert "`with db.transaction():`" in warning


@pytest.mark.parametrize("view", QUIET, ids=["read", "committed", "rolled-back", "refused", "failed"])
def test_it_is_not_told(view: Callable[[], object], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is said where nothing is lost, or where the request failed."""
    assert _warnings("test", view, tmp_path, caplog) == []


def test_production(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Production does not look."""
    assert _warnings("prod", _flushed, tmp_path, caplog) == []


def test_a_context_without_a_request(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is told of a plain app context too, unless an error ends it."""
    with open_shop(f"sqlite:///{tmp_path / 'shop.db'}", profile="dev") as shop:
        with pytest.raises(LookupError), shop.app.app_context():
            _failed()
        assert caplog.records == []
        with shop.app.app_context():
            _flushed()
    assert "not committed" in caplog.text
