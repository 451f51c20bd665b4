"""All that an app does with its databases in a test is undone, whichever extension it has."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from flask_baseline import Baseline
from flask_baseline.database import db
from flask_baseline.testing.databases.schema import databases_of, make_tables, session_of
from flask_baseline.testing.rollback.engines import rolled_back


class Base(DeclarativeBase):
    """The tables of an app with our sessions, or with those of Flask-SQLAlchemy-Lite."""


class Word(Base):
    """A row."""

    __tablename__ = "word"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(20), unique=True)


def ours(url: str) -> tuple[Flask, Any, Any]:
    """Return an app with the sessions of flask-baseline."""
    app = Flask("shop")
    app.config.update(BASELINE_DATABASE_URL=url, BASELINE_DATABASE_METADATA=f"{__name__}:Base")
    Baseline(app)
    return app, db, Word


def lite(url: str) -> tuple[Flask, Any, Any]:
    """Return an app with Flask-SQLAlchemy-Lite."""
    app = Flask("shop")
    app.config.update(SQLALCHEMY_ENGINES={"default": url}, BASELINE_DATABASE_METADATA=f"{__name__}:Base")
    extension = import_module("flask_sqlalchemy_lite").SQLAlchemy(app)
    Baseline(app)
    return app, extension, Word


def flask_sqlalchemy(url: str) -> tuple[Flask, Any, Any]:
    """Return an app with Flask-SQLAlchemy."""
    app = Flask("shop")
    app.config.update(SQLALCHEMY_DATABASE_URI=url)
    extension = SQLAlchemy()

    class Own(extension.Model):  # type: ignore[name-defined,misc]
        __tablename__ = "word"
        id = mapped_column(sqlalchemy.Integer, primary_key=True)
        text = mapped_column(String(20), unique=True)

    extension.init_app(app)
    Baseline(app)
    return app, extension, Own


MAKERS: list[Callable[[str], tuple[Flask, Any, Any]]] = [ours, flask_sqlalchemy]
if find_spec("flask.sansio"):
    # It cannot be imported beside an older Flask.
    MAKERS.append(lite)


@pytest.fixture(params=MAKERS, ids=lambda make: make.__name__)
def parts(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Flask, Any, Any]]:
    """Return an app, what it has for sessions, and its model."""
    make: Callable[[str], tuple[Flask, Any, Any]] = request.param
    app, extension, model = make(f"sqlite:///{tmp_path / 'words.db'}")
    make_tables(app)

    @app.post("/<word>")
    def add(word: str) -> str:
        extension.session.add(model(text=word))
        extension.session.commit()
        extension.session.add(model(text=word))
        try:
            extension.session.commit()
        except sqlalchemy.exc.IntegrityError:
            extension.session.rollback()
        return ",".join(extension.session.scalars(select(model.text).order_by(model.text)))

    yield app, extension, model
    for engine in databases_of(app).engines.values():
        engine.dispose()


def test_requests(parts: tuple[Flask, Any, Any]) -> None:
    """Requests that commit, fail and go on see each other's rows, the test sees them, and all are undone."""
    app, _, model = parts
    engines = databases_of(app).engines
    with rolled_back(engines, together=("default", "replica")), closing(session_of(app)) as session:
        assert [app.test_client().post(f"/{word}").text for word in "ab"] == ["a", "a,b"]
        threads = [threading.Thread(target=app.test_client().post, args=(f"/{word}",)) for word in "cd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert session.scalars(select(model.text).order_by(model.text)).all() == ["a", "b", "c", "d"]
        session.add(model(text="e"))
        session.commit()
        assert app.test_client().post("/f").text == "a,b,c,d,e,f"
    with closing(session_of(app)) as session:
        assert session.scalars(select(model)).all() == []


def test_an_app_context(parts: tuple[Flask, Any, Any]) -> None:
    """The app's own session in the test is a part of it too, also around a request."""
    app, extension, model = parts
    with rolled_back(databases_of(app).engines, together=("default", "replica")), app.app_context():
        assert extension.session.scalars(select(model)).all() == []
        assert app.test_client().post("/a").text == "a"
        extension.session.rollback()
        assert [word.text for word in extension.session.scalars(select(model))] == ["a"]
    with app.app_context():
        assert extension.session.scalars(select(model)).all() == []


def test_several_databases(tmp_path: Path) -> None:
    """The session of a test finds the tables of each database of Flask-SQLAlchemy."""
    app, extension = Flask("shop"), SQLAlchemy()
    app.config.update(
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'words.db'}",
        SQLALCHEMY_BINDS={"reports": f"sqlite:///{tmp_path / 'reports.db'}"},
    )

    class Report(extension.Model):  # type: ignore[name-defined,misc]
        __bind_key__ = "reports"
        id = mapped_column(sqlalchemy.Integer, primary_key=True)

    extension.init_app(app)
    Baseline(app)
    make_tables(app)
    databases = databases_of(app)
    with rolled_back(databases.engines, together=("default", "replica")), closing(session_of(app)) as session:
        session.add(Report(id=1))
        session.commit()
        with app.app_context():
            assert extension.session.get(Report, 1) is not None
    with Session(databases.engine("reports")) as session:
        assert session.get(Report, 1) is None
    for engine in databases.engines.values():
        engine.dispose()
