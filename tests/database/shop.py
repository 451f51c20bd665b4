"""A shop with a table of items and one of their parts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.typing import ResponseReturnValue
from sqlalchemy import CheckConstraint, ForeignKey, MetaData, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from werkzeug.test import TestResponse

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline._runtime import runtime_of
from flask_baseline.database import db
from flask_baseline.database.models import IntegerId, Timestamps, Versioned, naming_convention

SECRET = "s3cret-sku"
CONFLICT = "The data conflicts with what is stored."
STALE = "The data has been changed by someone else in the meantime."
UNAVAILABLE = "The database cannot serve the request now."


class Model(DeclarativeBase):
    metadata = MetaData(naming_convention=naming_convention)


class Item(IntegerId, Timestamps, Versioned, Model):
    __tablename__ = "shop_items"
    __table_args__ = (CheckConstraint("stock >= 0", name="in_stock"),)

    sku: Mapped[str] = mapped_column(String(64), unique=True)
    stock: Mapped[int] = mapped_column(default=1)


class Part(IntegerId, Model):
    __tablename__ = "shop_parts"

    item_id: Mapped[int] = mapped_column(ForeignKey(Item.id))


@dataclass(frozen=True)
class Shop:
    """An app with the database, and what its tests look at."""

    app: Flask

    @property
    def skus(self) -> list[str]:
        """What is committed."""
        with self.app.app_context():
            return [*db.session.scalars(select(Item.sku).order_by(Item.id))]

    @property
    def out(self) -> int:
        """How many connections are in use."""
        count: int = self.engine.pool.checkedout()
        return count

    @property
    def engine(self) -> Any:
        return runtime_of(self.app, "database").engine()

    def get(self, view: Callable[..., ResponseReturnValue], **options: Any) -> TestResponse:
        """Answer one request with *view*."""
        self.app.view_functions["view"] = view
        return self.app.test_client().get("/", **options)


def make_app(
    url: str, *features: str, app: Flask | None = None, profile: str = "prod", **options: object
) -> Flask:
    """Return an app with a database and other *features*; *options* are settings of the database."""
    app = app or Flask("shop")
    app.config["BASELINE_PROFILE"] = profile
    app.config["BASELINE_DATABASE_URL"] = url
    app.config["BASELINE_DATABASE_READY_MIGRATIONS"] = "off"
    app.config.update({f"BASELINE_DATABASE_{name.upper()}": value for name, value in options.items()})
    names = ("database", "validation", *features)
    Baseline(app, features=[spec for spec in FEATURES if spec.name in names])
    app.add_url_rule("/", "view")
    return app


@contextmanager
def open_shop(url: str, *features: str, **options: Any) -> Iterator[Shop]:
    """Open a shop with empty tables for the length of the block."""
    make_tables(url)
    shop = Shop(make_app(url, *features, **options))
    yield shop
    # Drivers warn of connections that nobody closes.
    for engine in runtime_of(shop.app, "database").engines.values():
        engine.dispose()


def make_tables(url: str) -> None:
    """Make the tables of the shop anew."""
    engine = create_engine(url)
    Model.metadata.drop_all(engine)
    Model.metadata.create_all(engine)
    engine.dispose()


def add(sku: str, **values: Any) -> Item:
    """Add an item to the current session."""
    item = Item(sku=sku, **values)
    db.session.add(item)
    return item


def assert_problem(response: TestResponse, status: int, detail: str) -> None:
    """Assert that *response* is a problem that tells nothing of the database."""
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.get_json()["detail"] == detail
    assert response.headers.get("Retry-After") == ("5" if status == 503 else None)
    assert not [
        word
        for word in (SECRET, "shop_items", "SELECT", "INSERT", "psycopg", "sqlite")
        if word in response.text
    ]
