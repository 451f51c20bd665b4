"""Who answers a conflict: the app's own handlers first."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Blueprint, Flask
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from flask_baseline.database import db

from .shop import CONFLICT, SECRET, add, assert_problem, open_shop


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'shop.db'}"


def _fail() -> str:
    add(SECRET)
    add(SECRET)
    db.session.commit()
    return "done"


def _handler(_error: object) -> tuple[str, int]:
    return "theirs", 418


@pytest.mark.parametrize("kind", [IntegrityError, SQLAlchemyError, Exception, 409, HTTPException], ids=str)
@pytest.mark.parametrize("of", ["app", "blueprint"])
def test_handlers_of_the_app_win(sqlite_url: str, kind: type[Exception] | int, of: str) -> None:
    """A handler of the app, or of the blueprint, for the error or for what is made of it answers."""
    with open_shop(sqlite_url) as shop:
        bp = Blueprint("bp", __name__)
        bp.add_url_rule("/bp", "view", _fail)
        (shop.app if of == "app" else bp).register_error_handler(kind, _handler)  # type: ignore[arg-type]
        shop.app.register_blueprint(bp)
        response = shop.app.test_client().get("/bp")
        assert (response.status_code, response.text) == (418, "theirs")


def test_a_handler_that_was_there_before(sqlite_url: str) -> None:
    """A handler that the app had before Baseline answers."""
    seen: list[Exception] = []

    def handle(error: Exception) -> str:
        seen.append(error)
        return "theirs"

    app = Flask("shop")
    app.register_error_handler(SQLAlchemyError, handle)
    with open_shop(sqlite_url, app=app) as shop:
        assert shop.get(_fail).text == "theirs"
    assert [type(error) for error in seen] == [IntegrityError]


def test_without_problems_of_others(sqlite_url: str) -> None:
    """It is a problem also where the app's other errors are pages."""
    app = Flask("shop")
    app.config["BASELINE_VALIDATION_ENABLED"] = False
    with open_shop(sqlite_url, app=app) as shop:
        assert_problem(shop.get(_fail), 409, CONFLICT)


def test_a_browser_gets_a_page(sqlite_url: str) -> None:
    """Who would rather have HTML gets the page of any error, and finds no word of the database in it."""
    with open_shop(sqlite_url) as shop:
        response = shop.get(_fail, headers={"Accept": "text/html,*/*;q=0.8"})
    assert (response.status_code, response.mimetype) == (409, "text/html")
    assert CONFLICT in response.text
    assert SECRET not in response.text
