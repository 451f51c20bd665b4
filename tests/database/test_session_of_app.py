"""`db` beside an app's own Flask-SQLAlchemy or -Lite object, whose session it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import flask_sqlalchemy
import pytest
from flask import Flask, abort
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline.database import db

from .shop import Item, Shop, make_tables, open_shop

Theirs = Callable[[], Session]


def _classic(app: Flask, url: str) -> Theirs:
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    own = flask_sqlalchemy.SQLAlchemy(app)
    return lambda: own.session()


def _lite(app: Flask, url: str) -> Theirs:
    app.config["SQLALCHEMY_ENGINES"] = {"default": url}
    own = import_module("flask_sqlalchemy_lite").SQLAlchemy(app)
    return lambda: own.session


EXTENSIONS = {"Flask-SQLAlchemy": _classic}
if find_spec("flask.sansio"):
    # It came with Flask 3, which Flask-SQLAlchemy-Lite needs.
    EXTENSIONS["Flask-SQLAlchemy-Lite"] = _lite


@pytest.fixture(params=EXTENSIONS.values(), ids=EXTENSIONS.keys())
def theirs(request: pytest.FixtureRequest, app: Flask, url: str) -> Theirs:
    """Return what returns the session of the app's own object, beside which it has ours."""
    found: Theirs = request.param(app, url)
    app.config["BASELINE_DATABASE_READY_MIGRATIONS"] = "off"
    Baseline(app, features=[spec for spec in FEATURES if spec.name in ("database", "validation")])
    app.add_url_rule("/", "view")
    return found


@pytest.fixture
def app(url: str) -> Flask:
    """Return a bare app."""
    make_tables(url)
    return Flask("shop")


@pytest.fixture
def shop(app: Flask, theirs: Theirs) -> Iterator[Shop]:
    """Return the shop of the app."""
    shop = Shop(app)
    yield shop
    with app.app_context():
        shop.engine.dispose()


def test_it_is_one_session(shop: Shop, theirs: Theirs) -> None:
    """The session is that of the app's object, which closes it."""
    assert shop.get(lambda: str(db.session is theirs() and db.replica is db.session)).text == "True"
    assert shop.get(lambda: str(db.session.scalar(text("SELECT 1")))).text == "1"
    assert shop.out == 0


@pytest.mark.parametrize(
    ("fails", "skus"), [(False, ["added", "inner"]), (True, [])], ids=["commits", "fails"]
)
def test_transactions(shop: Shop, theirs: Theirs, fails: bool, skus: list[str]) -> None:
    """`transactional` and its savepoints commit or roll back what was added by the app's own object."""
    called: list[str] = []

    @db.transactional
    def view() -> str:
        theirs().add(Item(sku="added"))
        with db.transaction():
            theirs().add(Item(sku="inner"))
        db.after_commit(lambda: called.append("called"))
        if fails:
            abort(404)
        return "done"

    assert shop.get(view).status_code == (404 if fails else 200)
    assert (shop.skus, called, shop.out) == (skus, [] if fails else ["called"], 0)


def test_conflicts(shop: Shop, theirs: Theirs) -> None:
    """A rule that is broken in the app's own session is a 409."""

    def view() -> str:
        for _ in range(2):
            theirs().add(Item(sku="twice"))
        theirs().commit()
        return "done"

    assert shop.get(view).status_code == 409
    assert (shop.skus, shop.out) == ([], 0)


def test_a_propagated_function(shop: Shop, theirs: Theirs) -> None:
    """A propagated function has a session of its own on the same database."""

    def work() -> list[Any]:
        with db.transaction() as session:
            session.add(Item(sku="worked"))
        return [db.session, *db.session.scalars(select(Item.sku))]

    def view() -> str:
        with ThreadPoolExecutor(1) as pool:
            session, *found = pool.submit(Baseline.propagate(work)).result()
        assert session is not theirs()
        return "".join(found)

    assert shop.get(view).text == "worked"
    assert shop.out == 0


def test_an_object_without_a_default(app: Flask, url: str, tmp_path: Path) -> None:
    """Where the app's object has other databases alone, the session on the default one is ours."""
    app.config["SQLALCHEMY_BINDS"] = {"reports": f"sqlite:///{tmp_path / 'reports.db'}"}
    flask_sqlalchemy.SQLAlchemy(app)
    with open_shop(url, app=app) as shop, shop.app.app_context():
        assert db.session.scalar(text("SELECT count(*) FROM shop_items")) == 0
        assert str(db.session_of("reports").connection().engine.url).endswith("reports.db")
