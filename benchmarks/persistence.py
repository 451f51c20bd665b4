"""Measure sessions: one row by its primary key, and a request that needs no database."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from flask import Flask, g, jsonify

from .harness import measure_requests
from .report import Row, Table
from .scenario import GET, ROW
from .variants import VARIANTS, variant

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LAZY, OURS = "lazy-session", "database"

_BUDGETS = {ROW.name: "1.05 x", GET.name: "10 us more"}


_variant = partial(variant, table="persistence")


def measure_persistence(
    rounds: int, requests: int, tell: Callable[[str], None], *, with_peers: bool
) -> list[Table]:
    """Return a table for a row that is read, and one for a request that reads none."""
    names = [
        name
        for name, found in VARIANTS.items()
        if found.table == "persistence" and name != LAZY and (with_peers or not found.is_peer)
    ]
    tables = []
    for scenario, what in ((ROW, "one row by its primary key, SQLite"), (GET, "no database is needed")):
        samples = measure_requests(
            scenario, names, reference=LAZY, rounds=rounds, requests=requests, tell=tell
        )
        rows = tuple(
            Row(name, VARIANTS[name].what, taken, _BUDGETS[scenario.name] if name == OURS else "")
            for name, taken in samples.items()
        )
        tables.append(Table(f"{scenario.title}: {what}", rows))
    return tables


def _url() -> str:
    """Return the URL of a new database with the row."""
    from sqlalchemy import create_engine

    from .tables import Base, Product

    url = f"sqlite:///{Path(mkdtemp(prefix='benchmark-'), 'rows.db')}"
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(Product.__table__.insert().values(id=17, name="Ballpoint pen", price=1.5))
    engine.dispose()
    return url


def _service(session: Callable[[], Session]) -> Flask:
    """Return the service that reads from what *session* returns."""
    from .tables import Product

    app = Flask("service")

    @app.get("/rows/<int:id>")
    def show_row(id: int) -> Any:
        product = session().get(Product, id)
        return jsonify({"id": product.id, "name": product.name, "price": product.price})

    @app.get("/users/<int:id>")
    def show_user(id: int) -> Any:
        return jsonify({"id": id, "name": "Grace Hopper"})

    return app


@_variant()
def lazy_session() -> Flask:
    """A session on `g` by hand: opened at its first use, closed at the end."""
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    # What everybody should have: dead connections are replaced.
    engine = create_engine(_url(), pool_pre_ping=True)

    def session() -> Session:
        if "session" not in g:
            g.session = Session(engine)
        found: Session = g.session
        return found

    app = _service(session)

    @app.teardown_appcontext
    def close(_error: BaseException | None) -> None:
        if "session" in g:
            g.session.close()

    return app


@_variant()
def database() -> Flask:
    """Database alone: as above, with its guards, time-outs, metrics and slow log."""
    from flask_baseline.database import db

    from .variants import with_features

    return with_features("database", app=_service(lambda: db.session), BASELINE_DATABASE_URL=_url())


@_variant(is_peer=True)
def flask_sqlalchemy() -> Flask:
    """Flask-SQLAlchemy."""
    from flask_sqlalchemy import SQLAlchemy

    db = SQLAlchemy()
    app = _service(lambda: db.session)
    app.config.update(SQLALCHEMY_DATABASE_URI=_url(), SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True})
    db.init_app(app)
    return app


@_variant(is_peer=True)
def flask_sqlalchemy_lite() -> Flask:
    """Flask-SQLAlchemy-Lite."""
    from flask_sqlalchemy_lite import SQLAlchemy

    db = SQLAlchemy(engine_options={"pool_pre_ping": True})
    app = _service(lambda: db.session)
    app.config["SQLALCHEMY_ENGINES"] = {"default": _url()}
    db.init_app(app)
    return app
