"""`db.session`: one for each app context, opened at first use, closed with it."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from flask_baseline import Baseline
from flask_baseline.database import db
from flask_baseline.errors import NotInitializedError

from .shop import Shop, add, make_app, make_tables, open_shop

ONE = text("SELECT 1")


def test_one_for_a_request(shop: Shop) -> None:
    """A request has one session, the next another, and neither keeps its connection."""
    seen: list[Session] = []

    def view() -> str:
        seen.extend([db.session, db.session])
        return str(db.session.scalar(ONE))

    assert [shop.get(view).text, shop.get(view).text] == ["1", "1"]
    first, same, second, _ = seen
    assert first is same is not second
    assert shop.out == 0


def test_none_without_use(shop: Shop) -> None:
    """A request that has no use for the database takes no connection, nor does asking for a session."""
    assert shop.get(lambda: str(db.session is not None)).text == "True"
    assert shop.engine.pool.checkedin() == 0


def test_what_is_not_committed_is_gone(shop: Shop) -> None:
    """What a view neither commits nor puts in a transaction is rolled back, whatever it answers."""

    def view() -> str:
        add("lost")
        db.session.flush()
        return "done"

    assert shop.get(view).status_code == 200
    assert (shop.skus, shop.out) == ([], 0)


def test_committed_by_hand(shop: Shop) -> None:
    """A view may commit by itself."""

    def view() -> str:
        add("kept")
        db.session.commit()
        return "done"

    shop.get(view)
    assert shop.skus == ["kept"]


def test_responses_that_nobody_closes(url: str) -> None:
    """A test need not close responses: each has given its connection back, also an empty one or a HEAD."""
    with open_shop(url, pool_size=1, max_overflow=0, pool_timeout=0.2) as shop:

        @shop.app.get("/<int:status>")
        def answer(status: int) -> tuple[str, int]:
            return str(db.session.scalar(ONE)), status

        client = shop.app.test_client()
        kept = [
            client.open(f"/{status}", method=method)
            for status in (200, 204, 304, 404)
            for method in ("GET", "HEAD")
        ]
        assert [response.status_code for response in kept] == [200, 200, 204, 204, 304, 304, 404, 404]


def test_of_each_context(shop: Shop) -> None:
    """An app context in another has its own session, closed at its own end."""
    with shop.app.app_context():
        outer = db.session
        outer.scalar(ONE)
        with shop.app.app_context():
            assert db.session is not outer
            db.session.scalar(ONE)
            assert shop.out == 2
        assert shop.out == 1
        assert db.session is outer
    assert shop.out == 0


def test_of_a_context_around_a_request(shop: Shop) -> None:
    """A test that puts a context around its requests loses nothing of its own session."""
    with shop.app.app_context():
        add("mine")
        shop.get(lambda: str(db.session.scalar(ONE)))
        shop.get(lambda: iter([str(db.session.scalar(ONE))])).get_data()
        db.session.commit()
    assert (shop.skus, shop.out) == (["mine"], 0)


def test_of_two_apps(shop: Shop, tmp_path: Path) -> None:
    """Two apps in one process have their own databases, also one inside of the other."""
    other = make_app(f"sqlite:///{tmp_path / 'other.db'}")
    make_tables(f"sqlite:///{tmp_path / 'other.db'}")

    def view() -> str:
        add("ours")
        with other.app_context(), db.transaction():
            add("theirs")
        db.session.commit()
        return "done"

    shop.get(view)
    assert (shop.skus, Shop(other).skus) == (["ours"], ["theirs"])
    assert (shop.out, Shop(other).out) == (0, 0)


def test_in_a_command(shop: Shop) -> None:
    """A command of the app has a session, and gives its connection back."""

    @shop.app.cli.command("restock")
    def restock() -> None:
        with db.transaction():
            add("stocked")
        click.echo(db.session.scalar(ONE))

    result = shop.app.test_cli_runner().invoke(args=["restock"])
    assert (result.output, shop.skus, shop.out) == ("1\n", ["stocked"], 0)


def test_by_name(url: str, tmp_path: Path) -> None:
    """Other databases and the replica have sessions of their own."""
    files = {name: f"sqlite:///{tmp_path / name}.db" for name in ("reports", "replica")}
    options = {"others": {"reports": files["reports"]}, "replica_url": files["replica"]}
    with open_shop(url, **options) as shop, shop.app.app_context():
        for session, name in [(db.session_of("reports"), "reports"), (db.replica, "replica")]:
            assert str(session.connection().engine.url) == files[name]
        assert len({db.session, db.session_of("default"), db.replica, db.session_of("reports")}) == 3
        with pytest.raises(KeyError, match="There is no database 'sales'"):
            db.session_of("sales")


def test_without_a_replica(shop: Shop) -> None:
    """Without a replica its session is the default one."""
    with shop.app.app_context():
        assert db.replica is db.session


def test_outside_of_a_context() -> None:
    """Outside of an app context the error says how to have one."""
    with pytest.raises(RuntimeError, match=r"`with app\.app_context\(\):`"):
        _ = db.session


@pytest.mark.parametrize("is_on", [True, False], ids=["without-url", "without-baseline"])
def test_an_app_without_a_database(is_on: bool) -> None:
    """In an app without a database the error says what is to be set."""
    app = Flask("shop")
    if is_on:
        Baseline(app)
    with app.app_context(), pytest.raises(NotInitializedError, match="Fix: set BASELINE_DATABASE_URL"):
        _ = db.session


def test_a_teardown_that_fails(shop: Shop) -> None:
    """Functions at the end of a context still have the session, and one that raises keeps nothing."""
    found: list[object] = []

    @shop.app.teardown_appcontext
    def fail(_error: BaseException | None) -> None:
        found.append(db.session.scalar(ONE))
        raise LookupError("teardown")

    with pytest.raises(LookupError, match="teardown"):
        shop.get(lambda: str(db.session.scalar(ONE)))
    assert (found, shop.out) == ([1], 0)
