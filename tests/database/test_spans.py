"""A statement is one span below that of its request, whoever made the engine and whenever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, text

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline._runtime import runtime_of
from flask_baseline.testing import captured_spans

from .shop import make_app


def statements_of(app: Flask, engine: Engine) -> list[tuple[str, bool]]:
    """Return the statements of a request, and whether each is right below it; no span may have a value."""

    def view() -> str:
        with engine.connect() as connection:
            connection.execute(text("SELECT :value"), {"value": "planted"})
        with engine.execution_options(logging_token="view").connect() as connection:
            connection.execute(text("SELECT 1"))
        return ""

    app.add_url_rule("/", "view", view)
    with captured_spans(app) as spans:
        app.test_client().get("/").close()
    assert "planted" not in "".join(span.to_json() for span in spans)
    *below, request = spans
    found = []
    for span in below:
        attributes = dict(span.attributes or {})
        # The first versions of the instrumentation have no stable names yet.
        statement = attributes.get("db.query.text", attributes.get("db.statement"))
        if statement is not None:
            is_below = span.parent is not None and span.parent.span_id == request.context.span_id
            found.append((str(statement)[:6], is_below and span.kind.name == "CLIENT"))
    return found


ONCE = [("SELECT", True), ("SELECT", True)]


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let apps keep their spans."""
    monkeypatch.setenv("BASELINE_TRACING_EXPORTER", "memory")


@pytest.mark.usefixtures("traced")
def test_ours(url: str) -> None:
    """A statement on our engine has one span."""
    app = make_app(url, "tracing")
    engine = runtime_of(app, "database").engine()
    assert statements_of(app, engine) == ONCE
    engine.dispose()


@pytest.mark.usefixtures("traced")
@pytest.mark.parametrize("is_first", [True, False], ids=["before", "after"])
def test_of_the_apps_object(is_first: bool, tmp_path: Path) -> None:
    """A statement on an engine of the app's own object has one span, whichever came first."""
    app, own = Flask("shop"), SQLAlchemy()
    app.config.update(BASELINE_PROFILE="prod", SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'a.db'}")
    specs = [spec for spec in FEATURES if spec.name in ("database", "tracing")]
    parts: list[Any] = [own, Baseline(features=specs)]
    for part in parts if is_first else parts[::-1]:
        part.init_app(app)
    with app.app_context():
        engine = own.engine
    assert statements_of(app, engine) == ONCE


@pytest.mark.usefixtures("traced")
def test_of_an_engine_that_has_been_used(tmp_path: Path) -> None:
    """A statement on an engine that was in use before there was an app has one span."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    # As it is without the instrumentation, which another test may have brought.
    make = getattr(sqlalchemy.create_engine, "__wrapped__", sqlalchemy.create_engine)
    engine: Engine = make(url)
    engine.execution_options(logging_token="old").connect().close()
    engine.connect().close()
    assert statements_of(make_app(url, "tracing"), engine) == ONCE
    engine.dispose()
