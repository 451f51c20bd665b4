"""What a test does in a database is undone, however the code under test uses it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, String, create_engine, exc, func, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from flask_baseline.testing.rollback.engines import rolled_back
from tests.services import postgres


class Base(DeclarativeBase):
    """The tables of these tests."""


class Word(Base):
    """A row."""

    __tablename__ = "word"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(20), unique=True)


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    """Return the URL of a PostgreSQL that runs for these tests."""
    with postgres() as url:
        yield url


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Return an engine on each database, with the table."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('rollback') / 'words.db'}")
    else:
        engine = create_engine(request.getfixturevalue("postgres_url"))
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def undone(engine: Engine) -> Iterator[None]:
    """Undo each test, and look whether it is."""
    with rolled_back({"default": engine}, together=("default", "replica")):
        yield
    assert words(engine) == []


def words(engine: Engine) -> list[str]:
    """Return what another connection sees."""
    with engine.connect() as connection:
        return [*connection.scalars(select(Word.text).order_by(Word.text))]


def add(engine: Engine, *new: str) -> None:
    """Commit *new*, one by one, in a session of their own."""
    with Session(engine) as session:
        for word in new:
            session.add(Word(text=word))
            session.commit()


def test_commits(engine: Engine) -> None:
    """What one session commits another one sees."""
    add(engine, "a", "b")
    assert words(engine) == ["a", "b"]


def test_rollback(engine: Engine) -> None:
    """A rollback undoes what came after the last commit, and no more."""
    with Session(engine) as session:
        session.add(Word(text="a"))
        session.commit()
        session.add(Word(text="b"))
        session.flush()
        session.rollback()
    assert words(engine) == ["a"]


def test_without_commit(engine: Engine) -> None:
    """What is flushed and never committed is lost when its session is closed."""
    with Session(engine) as session:
        session.add(Word(text="a"))
        session.flush()
    assert words(engine) == []


def test_failed_flush(engine: Engine) -> None:
    """A session goes on after a flush that fails, as after any rollback."""
    with Session(engine) as session:
        session.add(Word(text="a"))
        session.commit()
        session.add(Word(text="a"))
        with pytest.raises(exc.IntegrityError):
            session.commit()
        session.rollback()
        session.add(Word(text="b"))
        session.commit()
    assert words(engine) == ["a", "b"]


def test_abandoned_flush(engine: Engine) -> None:
    """A session that fails and is left as it is does not stop the others."""
    failed = Session(engine)
    failed.add(Word(text="a"))
    failed.flush()
    with pytest.raises(exc.DBAPIError):
        failed.execute(text("SELECT * FROM nothing"))
    add(engine, "b")
    failed.rollback()
    assert "a" not in words(engine)
    failed.close()


def test_a_failure_beside_another(engine: Engine) -> None:
    """What fails in one session does not undo what another has not committed yet."""
    with Session(engine) as first, Session(engine) as second:
        first.add(Word(text="a"))
        first.flush()
        second.add(Word(text="b"))
        second.flush()
        with pytest.raises(exc.IntegrityError):
            first.execute(insert(Word).values(text="a"))
        second.commit()
        assert "b" in words(engine)


def test_a_rollback_around_a_commit(engine: Engine) -> None:
    """What is committed while another session has written goes with it: both are one transaction in truth."""
    with Session(engine) as first:
        first.add(Word(text="a"))
        first.flush()
        add(engine, "b")
        first.rollback()
    assert words(engine) == []


def test_nested(engine: Engine) -> None:
    """A savepoint of the code is undone alone."""
    with Session(engine) as session, session.begin():
        session.add(Word(text="a"))
        session.flush()
        with pytest.raises(exc.IntegrityError), session.begin_nested():
            session.execute(insert(Word), {"text": "a"})
        with session.begin_nested():
            session.add(Word(text="b"))
    assert words(engine) == ["a", "b"]


def test_nested_in_two_sessions(engine: Engine) -> None:
    """Savepoints of one name in two sessions do not meet."""
    with Session(engine) as first, Session(engine) as second:
        with first.begin_nested() as one:
            first.add(Word(text="a"))
            first.flush()
            with second.begin_nested():
                second.add(Word(text="b"))
            second.commit()
            one.rollback()
        first.add(Word(text="c"))
        first.commit()
    assert "c" in words(engine)
    assert "a" not in words(engine)


def test_a_reader_beside_a_writer(engine: Engine) -> None:
    """The rollback of a session that has only read does not undo what others have committed meanwhile."""
    with Session(engine) as reader:
        assert reader.scalars(select(Word)).all() == []
        add(engine, "a")
        reader.rollback()
        assert reader.scalars(select(Word.text)).all() == ["a"]
        add(engine, "b")
    assert words(engine) == ["a", "b"]


def test_a_reader_around_a_writer(engine: Engine) -> None:
    """A session that has read before another has written, and reads again, undoes nothing of it."""
    with Session(engine) as reader, Session(engine) as writer:
        reader.scalars(select(Word)).all()
        writer.add(Word(text="a"))
        writer.flush()
        reader.scalars(select(Word)).all()
        reader.rollback()
        writer.commit()
    assert words(engine) == ["a"]


def test_connections(engine: Engine) -> None:
    """Connections without a session take part, with transactions or by their own commits."""
    with engine.begin() as connection:
        connection.execute(insert(Word).values(text="a"))
    with engine.connect() as connection:
        connection.execute(insert(Word).values(text="b"))
        connection.commit()
        connection.execute(insert(Word).values(text="c"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        assert connection.scalar(select(func.count()).select_from(Word)) == 2
    assert words(engine) == ["a", "b"]


def test_raw_cursors(engine: Engine) -> None:
    """Statements by the driver's own cursor take part, also where they are about transactions."""
    raw = engine.raw_connection()
    cursor = raw.cursor()
    for statement in (
        "/* as text */ BEGIN",
        "INSERT INTO word (text) VALUES ('a')",
        'SAVEPOINT "Here"',
        "INSERT INTO word (text) VALUES ('b')",
        'ROLLBACK TO SAVEPOINT "Here"',
        'RELEASE SAVEPOINT "Here"',
        "COMMIT",
        "INSERT INTO word (text) VALUES ('c')",
        "ROLLBACK",
    ):
        cursor.execute(statement)
    cursor.execute("SELECT text FROM word")
    assert [*cursor] == [("a",)]
    cursor.close()
    raw.close()


def test_cursors_in_their_own_ways(engine: Engine) -> None:
    """What drivers let one do with connections and cursors besides is done."""
    raw = engine.raw_connection()
    connection: Any = raw.dbapi_connection
    connection.execute("INSERT INTO word (text) VALUES ('a')")
    with connection.cursor() as cursor:
        cursor.arraysize = 7
        assert cursor.arraysize == 7
        assert cursor.execute("SELECT text FROM word").fetchall() == [("a",)]
    raw.close()


def test_a_commit_after_a_failure(engine: Engine) -> None:
    """A commit after a statement that has failed keeps what the database itself would keep."""
    raw = engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("INSERT INTO word (text) VALUES ('a')")
    with pytest.raises(Exception, match="nowhere"):
        cursor.execute("SELECT * FROM nowhere")
    raw.commit()
    raw.close()
    assert words(engine) == ([] if engine.dialect.name == "postgresql" else ["a"])


def test_an_engine_without_transactions(engine: Engine) -> None:
    """An engine whose connections commit each statement is undone too."""
    own = create_engine(engine.url, isolation_level="AUTOCOMMIT")
    with rolled_back({"default": own}, together=("default", "replica")), own.connect() as connection:
        connection.execute(insert(Word).values(text="a"))
        assert words(own) == ["a"]
    assert words(own) == []
    own.dispose()


def test_an_unknown_savepoint(engine: Engine) -> None:
    """A savepoint that was never made is the database's error."""
    with engine.connect() as connection, pytest.raises(exc.DBAPIError):
        connection.exec_driver_sql("RELEASE SAVEPOINT nowhere")


def test_many_rows(engine: Engine) -> None:
    """Statements with many rows of values take part."""
    with engine.begin() as connection:
        connection.execute(insert(Word), [{"text": "a"}, {"text": "b"}])
    assert words(engine) == ["a", "b"]


def test_threads(engine: Engine) -> None:
    """Sessions of several threads at the same time all commit."""
    at_once = threading.Barrier(4)

    def write(number: int) -> None:
        at_once.wait(20)
        add(engine, *(f"{number}-{count}" for count in range(5)))

    with ThreadPoolExecutor(4) as pool:
        [*pool.map(write, range(4))]
    assert len(words(engine)) == 20


def test_dispose(engine: Engine) -> None:
    """An engine that is disposed of in the test stays in its transaction."""
    add(engine, "a")
    engine.dispose()
    assert words(engine) == ["a"]


def test_more_connections_than_the_pool_has(engine: Engine) -> None:
    """A test may hold many connections: they are one."""
    held = [engine.connect() for _ in range(30)]
    assert [connection.scalar(select(1)) for connection in held] == [1] * 30
    for connection in held:
        connection.close()


def test_after_the_end(tmp_path: Path) -> None:
    """What goes on after the end of its test gets an error, and writes nothing."""
    engine = create_engine(f"sqlite:///{tmp_path / 'words.db'}")
    Base.metadata.create_all(engine)
    with rolled_back({"default": engine}, together=("default", "replica")):
        session = Session(engine)
        session.add(Word(text="a"))
        session.flush()
    with pytest.raises(RuntimeError, match="after the end of its test"):
        session.scalars(select(Word))
    session.close()
    assert words(engine) == []
    engine.dispose()


def test_a_replica(tmp_path: Path) -> None:
    """The replica has at once what the default database has, and other databases do not."""
    names = ("default", "replica", "reports")
    engines = {name: create_engine(f"sqlite:///{tmp_path / name}.db") for name in names}
    for engine in engines.values():
        Base.metadata.create_all(engine)
    with rolled_back(engines, together=("default", "replica")):
        add(engines["default"], "a")
        assert [words(engine) for engine in engines.values()] == [["a"], ["a"], []]
    for engine in engines.values():
        assert words(engine) == []
        engine.dispose()
