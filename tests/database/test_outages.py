"""A database that cannot serve a request: a 503, and no connection is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from flask_baseline.database import db
from tests.services import free_port

from .shop import SECRET, UNAVAILABLE, Shop, add, assert_problem, make_app, open_shop


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'shop.db'}"


def test_nobody_listens() -> None:
    """A database that is not there is a 503."""
    app = make_app(f"postgresql://shop:{SECRET}@127.0.0.1:{free_port()}/shop")
    assert_problem(Shop(app).get(lambda: str(add("x")) + str(db.session.flush())), 503, UNAVAILABLE)


STATES = ["08006", "53300", "57P01", "57014", "40001", "40P01", "55P03", "25P03"]


@pytest.mark.parametrize("state", STATES)
def test_states_of_postgresql(postgres_url: str, state: str) -> None:
    """What PostgreSQL says of itself, of locks and of time-outs is a 503."""
    raises = text(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END $$")
    shop = Shop(make_app(postgres_url))
    assert_problem(shop.get(lambda: str(db.session.execute(raises))), 503, UNAVAILABLE)
    shop.engine.dispose()


def test_a_statement_that_takes_too_long(postgres_url: str) -> None:
    """A statement past its time-out is a 503, and the connection serves the next."""
    shop = Shop(make_app(postgres_url, statement_timeout=0.1, pool_size=1, max_overflow=0))
    assert_problem(shop.get(lambda: str(db.session.execute(text("SELECT pg_sleep(9)")))), 503, UNAVAILABLE)
    assert shop.get(lambda: str(db.session.scalar(text("SELECT 1")))).text == "1"
    shop.engine.dispose()


def _end_connection(shop: Shop) -> None:
    """Let the server end the connection of the current session."""
    pid = db.session.scalar(text("SELECT pg_backend_pid()"))
    with shop.app.app_context():
        db.session.execute(text(f"SELECT pg_terminate_backend({pid}, 5000)"))


def test_a_connection_that_is_lost(postgres_url: str) -> None:
    """A connection that ends in a transaction is a 503 and is not kept; the next request has a new one."""
    with open_shop(postgres_url) as shop:

        @db.transactional
        def view() -> str:
            add("lost")
            _end_connection(shop)
            return "done"

        assert_problem(shop.get(view), 503, UNAVAILABLE)
        assert (shop.out, shop.skus) == (0, [])


def test_a_connection_that_is_lost_at_the_end(postgres_url: str) -> None:
    """A connection that is lost after its last use is given up, and the answer stands."""
    with open_shop(postgres_url) as shop:

        def view() -> str:
            _end_connection(shop)
            return "done"

        assert shop.get(view).text == "done"
        assert shop.out == 0


def test_a_connection_that_is_lost_before_an_error(postgres_url: str) -> None:
    """The error of a view is what is told, and not that its transaction could not be rolled back."""
    with open_shop(postgres_url) as shop:
        shop.app.register_error_handler(LookupError, lambda _error: "theirs")

        @db.transactional
        def view() -> str:
            _end_connection(shop)
            raise LookupError("no")

        assert shop.get(view).text == "theirs"
        assert shop.out == 0


class DriverError(Exception):
    """What a driver of MySQL raises."""


@pytest.mark.parametrize(
    ("number", "status"), [(1205, 503), (1213, 503), (2013, 503), (3024, 503), (3819, 409), (1054, 500)]
)
def test_numbers_of_mysql(sqlite_url: str, number: int, status: int) -> None:
    """What MySQL says by numbers is a 503 or a 409; a mistake in a statement stays a 500."""

    def view() -> str:
        raise OperationalError("SELECT 1", {}, DriverError(number, "no"))

    assert Shop(make_app(sqlite_url)).get(view).status_code == status
