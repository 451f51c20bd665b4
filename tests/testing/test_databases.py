"""Each worker has a database of its own, with the tables that the first of them has made."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url

from flask_baseline import Baseline
from flask_baseline.errors import ConfigError, NotInitializedError
from flask_baseline.testing.databases.own import OwnDatabase, remove_template
from flask_baseline.testing.databases.schema import databases_of
from flask_baseline.testing.loading import loader_of
from flask_baseline.testing.redis_database import redis_url
from flask_baseline.testing.run import Run, begin


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Return a run of tests, whose servers these tests share."""
    run = begin()
    yield run
    run.end()
    assert not run.folder.exists()


@pytest.fixture(autouse=True)
def no_template(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin without a template, and without the servers of the machine."""
    (run.folder / "template.ready").unlink(missing_ok=True)
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    monkeypatch.delenv("TEST_REDIS_URL", raising=False)


def worker(run: Run, name: str) -> Run:
    """Return *run* as another process of it sees it."""
    return Run(run.folder, run.owner, name)


def app_on(url: str) -> Flask:
    """Return an app with a database."""
    app = Flask("shop")
    app.config.update(BASELINE_DATABASE_URL=url, BASELINE_PROFILE="test")
    Baseline(app)
    return app


def make_word(app: Flask) -> None:
    """Make a table with a row."""
    with databases_of(app).engine().begin() as connection:
        connection.execute(text("CREATE TABLE word (text varchar(20))"))
        connection.execute(text("INSERT INTO word VALUES ('first')"))


def words(app: Flask) -> list[str]:
    """Return what is in the table."""
    with databases_of(app).engine().connect() as connection:
        return [*connection.scalars(text("SELECT text FROM word"))]


def fail(app: Flask) -> None:
    """Make no table."""
    raise AssertionError("the template was not used")


each_kind = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


@each_kind
def test_template(run: Run, kind: str) -> None:
    """The tables are made once; each worker has them, and what one writes no other has."""
    first = OwnDatabase(run, kind, make_word)
    one = app_on(first.url)
    first.prepare(one)
    second = OwnDatabase(worker(run, "gw1"), kind, fail)
    two = app_on(second.url)
    second.prepare(two)
    with databases_of(two).engine().begin() as connection:
        connection.execute(text("INSERT INTO word VALUES ('second')"))
    assert (words(one), words(two)) == (["first"], ["first", "second"])
    second.renew(two)
    assert words(two) == ["first"]
    for own, app in ((first, one), (second, two)):
        own.let_go(app)
        own.end()


def test_the_first_fails(run: Run) -> None:
    """Where the first worker cannot make the tables, the next one is asked to."""
    first = OwnDatabase(run, "sqlite", fail)
    waiting: list[OwnDatabase] = []
    thread = threading.Thread(
        target=lambda: waiting.append(OwnDatabase(worker(run, "gw1"), "sqlite", make_word))
    )
    thread.start()
    one = app_on(first.url)
    with pytest.raises(AssertionError):
        first.prepare(one)
    thread.join(30)
    (second,) = waiting
    two = app_on(second.url)
    second.prepare(two)
    assert words(two) == ["first"]
    for own, app in ((first, one), (second, two)):
        own.let_go(app)
        own.end()


def test_a_given_server(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server that is given, databases beside the one of the URL are made, and removed at the end."""
    server = OwnDatabase(run, "postgresql", make_word)
    server.turn.close()
    monkeypatch.setenv("TEST_DATABASE_URL", server.url.replace("postgresql+psycopg", "postgres"))
    given = OwnDatabase(worker(run, "gw3"), "sqlite", make_word)
    app = app_on(given.url)
    given.prepare(app)
    names = {f"{server.name}_baseline_gw3", f"{server.name}_baseline_template"}
    engine = create_engine(server.url)
    with engine.connect() as connection:
        assert make_url(given.url).database in names
        assert names <= {*connection.scalars(text("SELECT datname FROM pg_database"))}
        assert inspect(connection).get_table_names() == []
        given.let_go(app)
        given.end()
        remove_template(run)
        assert names & {*connection.scalars(text("SELECT datname FROM pg_database"))} == set()
    engine.dispose()
    server.end()


def test_another_database(run: Run, tmp_path: Path) -> None:
    """An app that is on another database than its tests is refused before anything is done there."""
    own = OwnDatabase(run, "sqlite", make_word)
    app = app_on(f"sqlite:///{tmp_path / 'precious.db'}")
    for use in (own.prepare, own.renew):
        with pytest.raises(NotInitializedError, match="has another database than the one of its tests"):
            use(app)
    assert not (tmp_path / "precious.db").exists()
    own.end()


@pytest.mark.parametrize(
    ("kind", "given", "said"),
    [
        (
            "oracle",
            None,
            "baseline_database (configuration of pytest): names no database that tests can have",
        ),
        (
            "sqlite",
            "hunter2",
            "TEST_DATABASE_URL (environment): is no URL of SQLAlchemy. Fix: use a URL such",
        ),
        (
            "sqlite",
            "oracle+oracledb://u:hunter2@h",
            "The URL in TEST_DATABASE_URL asks for the driver oracledb",
        ),
    ],
    ids=["kind", "URL", "driver"],
)
def test_what_is_wrong(
    run: Run, monkeypatch: pytest.MonkeyPatch, kind: str, given: str | None, said: str
) -> None:
    """A database that tests cannot have is an error that names the key, and shows no secret."""
    if given is not None:
        monkeypatch.setenv("TEST_DATABASE_URL", given)
    with pytest.raises(Exception, match=r"Fix|Install") as error:
        OwnDatabase(run, kind, make_word)
    assert said in str(error.value)
    assert "hunter2" not in str(error.value)


def test_redis(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker has a database of its own, which is emptied where the server is ours."""
    (url, empty), (other, _) = redis_url(run), redis_url(worker(run, "gw7"))
    with Redis.from_url(url) as client, Redis.from_url(other) as untouched:
        for each in (client, untouched):
            each.set("a", "b")
        empty()
        assert (client.dbsize(), untouched.dbsize()) == (0, 1)
        monkeypatch.setenv("TEST_REDIS_URL", url.removesuffix("0") + "8?socket_timeout=5")
        given, empty = redis_url(worker(run, "gw1"))
        assert given == url.removesuffix("0") + "9?socket_timeout=5"
        empty()
        assert untouched.dbsize() == 1


@pytest.mark.parametrize("url", ["hunter2", "http://h/1", "redis:///1", "redis://h/words"])
def test_a_wrong_redis(run: Run, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """A URL that is none of Redis is an error that names the key, and shows no secret."""
    monkeypatch.setenv("TEST_REDIS_URL", url)
    with pytest.raises(ConfigError) as error:
        redis_url(run)
    assert "TEST_REDIS_URL (environment): is no URL of Redis. Fix: use one such" in str(error.value)
    assert url not in str(error.value)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "The tests have no app. Fix: set baseline_app"),
        (
            "no_such_shop:create",
            "baseline_app is 'no_such_shop:create': Could not import 'no_such_shop'. Fix:",
        ),
    ],
    ids=["unset", "wrong"],
)
def test_no_app(path: str, said: str) -> None:
    """An app that is not there is an error that says how to name it."""
    with pytest.raises(NotInitializedError) as error:
        loader_of(path)()
    assert said in str(error.value)
