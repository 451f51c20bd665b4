"""Statements that take long are logged, without the values that they were sent with."""

from __future__ import annotations

import logging
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from flask_baseline import Baseline
from flask_baseline._features import FEATURES
from flask_baseline._runtime import runtime_of
from flask_baseline.database.statements import without_values
from tests.lines import lines_of

SLOW = text("SELECT wait(:seconds), 'planted', 4711")
SPECS = [spec for spec in FEATURES if spec.name in ("logging", "database")]


def make_app(**config: object) -> Flask:
    """Return an app whose database can wait."""
    app = Flask("shop")
    app.config.update(BASELINE_PROFILE="test", BASELINE_DATABASE_SLOW_QUERY_SECONDS=0.05, **config)
    return app


def ask(app: Flask, seconds: float) -> None:
    """Let a request send the statement."""
    engine = runtime_of(app, "database").engine()

    def teach(connection: sqlite3.Connection, _: object) -> None:
        connection.create_function("wait", 1, lambda seconds: time.sleep(seconds) or 1)

    event.listen(engine, "connect", teach)

    def view(number: int) -> str:
        with engine.connect() as connection:
            connection.execute(SLOW, {"seconds": seconds})
        return ""

    app.add_url_rule("/items/<int:number>", "view", view)
    app.test_client().get("/items/1", headers={"X-Request-ID": "abc"})


def slow_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return the lines of slow statements."""
    return [line for line in lines_of(capsys) if "slow query" in str(line["body"])]


def test_a_slow_statement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A slow statement is one warning with its time, route, request and database, and without values."""
    app = make_app(BASELINE_DATABASE_URL=f"sqlite:///{tmp_path / 'a.db'}")
    Baseline(app, features=SPECS)
    ask(app, 0.06)
    (line,) = slow_lines(capsys)
    assert line["body"].endswith(" s: SELECT wait(?), ?, ?")
    assert line["severity_text"] == "WARNING"
    assert line["duration_ms"] >= 50
    assert line["http.route"] == "/items/<int:number>"
    assert line["request_id"] == "abc"
    assert line["db.client.connection.pool.name"] == "default"


def test_a_fast_statement(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A statement that takes no longer than it may is not logged."""
    app = make_app(BASELINE_DATABASE_URL=f"sqlite:///{tmp_path / 'a.db'}")
    Baseline(app, features=SPECS)
    ask(app, 0)
    assert slow_lines(capsys) == []


def test_never(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With 0 no statement is logged."""
    app = make_app(BASELINE_DATABASE_URL=f"sqlite:///{tmp_path / 'a.db'}")
    app.config["BASELINE_DATABASE_SLOW_QUERY_SECONDS"] = 0
    Baseline(app, features=SPECS)
    ask(app, 0.06)
    assert slow_lines(capsys) == []


def test_of_the_apps_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A slow statement of the app's own SQLAlchemy object is logged too."""
    app = make_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'a.db'}")
    Baseline(app, features=SPECS)
    SQLAlchemy(app)
    ask(app, 0.06)
    assert len(slow_lines(capsys)) == 1


def test_one_that_fails(postgres_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """A statement that fails after a long time is logged, and one that fails at once is not."""
    app = make_app(BASELINE_DATABASE_URL=postgres_url, BASELINE_DATABASE_STATEMENT_TIMEOUT=0.1)
    Baseline(app, features=[spec for spec in FEATURES if spec.name == "database"])
    engine = runtime_of(app, "database").engine()
    for statement in ("SELECT pg_sleep(9)", "SELECT 1 / 0"):
        with engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text(statement))
    engine.dispose()
    (record,) = [each for each in caplog.records if each.name == "flask_baseline.database"]
    assert record.levelno == logging.WARNING
    assert record.getMessage().endswith(": SELECT pg_sleep(?)")
    assert not hasattr(record, "http.route")


SHOWN = {
    "placeholders": ("postgresql", "SELECT a1, $1, :b2, %(c_3)s, t.d4 FROM t_4", None),
    "text": ("postgresql", "SELECT 'a', 'it''s', ''", "SELECT ?, ?, ?"),
    "numbers": ("postgresql", "SELECT 1, -5.5e-3, 0x1F, 1_000", "SELECT ?, -?, ?, ?"),
    "escapes": ("postgresql", r"SELECT E'a\'b', 'a\', 'b'", "SELECT ?, ?, ?"),
    "dollars": ("postgresql", "SELECT $$p'q$$, $tag$ $$ $tag$", "SELECT ?, ?"),
    "comments": ("postgresql", "SELECT a -- 'x'\nFROM b /* it's\n c */ WHERE d", "SELECT a FROM b WHERE d"),
    "names": ("postgresql", """SELECT "it's 1", "a""b'", 'c'""", """SELECT "it's 1", "a""b'", ?"""),
    "cut": ("postgresql", "SELECT 'never closed", "SELECT ?"),
    "mysql": ("mysql", r"""SELECT "secret", 'it\'s', `it's 1`""", "SELECT ?, ?, `it's 1`"),
    "comments of mysql": ("mysql", "SELECT a # 'x'\n, b", "SELECT a , b"),
    "cut in mysql": ("mysql", "SELECT 'a" + "\\", "SELECT ?"),
    "long": ("sqlite", f"SELECT {'a, ' * 2000}", f"SELECT {'a, ' * 2000}"[:2000]),
}


@pytest.mark.parametrize(("dialect", "statement", "shown"), SHOWN.values(), ids=SHOWN)
def test_what_is_shown_of_a_statement(dialect: str, statement: str, shown: str | None) -> None:
    """A statement is shown without comments and with a mark for each value, whatever dialect it is in."""
    assert without_values(dialect)(statement) == (shown or statement)


@pytest.mark.parametrize("piece", ["$$", "'", "/*", "$a$", '"', "e'\\", "1e", "--", "0x"])
def test_any_statement_is_shown_at_once(piece: str) -> None:
    """No statement takes long to be made fit to be shown."""
    started = time.process_time()
    without_values("postgresql")(piece * 100_000)
    assert time.process_time() - started < 1
