"""What is written into a revision, what is left out, and what is warned of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

from flask_baseline.auth.stores.tables import METADATA
from flask_baseline.database.models import UtcDateTime, naming_convention
from flask_baseline.validation.idempotency.sql import TABLE

from .migrating import Project, metadata, open_project


@pytest.fixture
def sqlite(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    """Return a project on SQLite whose database has the table ``users``."""
    with open_project("sqlite", request, tmp_path, monkeypatch) as project:
        _begin(project)
        yield project


@pytest.fixture
def postgresql(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    """Return a project on PostgreSQL whose database has the table ``users``."""
    with open_project("postgresql", request, tmp_path, monkeypatch) as project:
        _begin(project)
        yield project


def _begin(project: Project) -> None:
    project.done("init")
    project.done("revision")
    project.done("upgrade")


def _users(*more: object, **replaced: Column[object]) -> MetaData:
    """Return the models with *more* in ``users``, and columns *replaced*, by None where they are gone."""
    found = MetaData(naming_convention=naming_convention)
    usual = {
        "id": Column("id", Integer, primary_key=True),
        "name": Column("name", String(20), nullable=False),
    }
    columns = [column for column in {**usual, **replaced}.values() if column is not None]
    Table("users", found, *columns, *more)  # type: ignore[arg-type]
    return found


def _warnings(project: Project, models: MetaData) -> list[str]:
    project.models.metadata = models
    lines = project.done("revision").stderr.splitlines()
    return [line.removeprefix("Warning: it ") for line in lines if line.startswith("Warning: ")]


RISKS: dict[str, tuple[Callable[[], MetaData], str]] = {
    "drop-table": (lambda: metadata("orders"), "drops the table users and its rows. If it was renamed: "),
    "drop-column": (lambda: _users(name=None), "drops the column users.name and what is in it"),
    "rename-column": (
        lambda: _users(Column("full_name", String(20)), name=None),
        "drops the column users.name and what is in it. If it was renamed: op.alter_column",
    ),
    "not-null": (
        lambda: _users(Column("age", Integer, nullable=False)),
        "adds the column users.age, which is NOT NULL, and fails where the table has rows.",
    ),
    "forbid-null": (
        lambda: _users(nick=Column("nick", String(9), nullable=False)),
        "forbids NULL in users.nick, and fails where it has some.",
    ),
    "type": (
        lambda: _users(name=Column("name", Integer, nullable=False)),
        "changes the type of users.name: ",
    ),
}


@pytest.mark.parametrize(("models", "warning"), RISKS.values(), ids=RISKS)
def test_what_loses_rows_or_fails_on_them_is_warned_of(
    sqlite: Project, models: Callable[[], MetaData], warning: str
) -> None:
    """A revision that may lose rows, or fail on them, is written with a warning that says so."""
    if "nick" in warning:
        sqlite.models.metadata = _users(Column("nick", String(9)))
        sqlite.done("revision")
        sqlite.done("upgrade")

    (told,) = _warnings(sqlite, models())

    assert told.startswith(warning)


LOCKS: dict[str, tuple[Callable[[], MetaData], str]] = {
    "index": (
        lambda: _users(name=Column("name", String(20), nullable=False, index=True)),
        "makes the index ix_users_name while nothing can be written to users.",
    ),
    "unique": (lambda: _users(UniqueConstraint("name")), "adds a constraint to users, "),
    "foreign-key": (
        lambda: _users(Column("boss_id", ForeignKey("users.id"))),
        "adds a constraint to users, ",
    ),
}


@pytest.mark.parametrize(("models", "warning"), LOCKS.values(), ids=LOCKS)
def test_what_stops_writers_of_postgresql_is_warned_of(
    postgresql: Project, models: Callable[[], MetaData], warning: str
) -> None:
    """What keeps others from writing to a table that is there already is said, with what does not."""
    (told,) = _warnings(postgresql, models())

    assert told.startswith(warning)


def test_new_tables_and_what_is_safe_are_not_warned_of(postgresql: Project) -> None:
    """Nothing is wrong with a new table, its index and its references, nor with columns that may be NULL."""
    models = _users(
        Column("age", Integer), Column("level", Integer, nullable=False, server_default=text("0"))
    )
    user = Column("user_id", ForeignKey("users.id"), index=True)
    Table("orders", models, Column("id", Integer, primary_key=True), user)

    assert _warnings(postgresql, models) == []


def test_constraints_without_a_name_are_warned_of(sqlite: Project) -> None:
    """Where the metadata has no naming convention, the constraints of a new table get no name."""
    models = MetaData()
    Table("orders", models, Column("id", Integer, primary_key=True), Column("sku", String(9), unique=True))
    sqlite.models.metadata.tables["users"].to_metadata(models)

    (told,) = _warnings(sqlite, models)

    assert told.startswith("has a constraint of orders without a name.")


def test_each_difference_is_a_line(postgresql: Project) -> None:
    """Whatever Alembic finds is told in words, so that it can be read in the log of a CI."""
    postgresql.execute(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, sku VARCHAR(9), user_id INTEGER, age INTEGER, "
        "CONSTRAINT fk_old FOREIGN KEY (user_id) REFERENCES users (id), CONSTRAINT uq_old UNIQUE (sku))",
        "CREATE INDEX ix_old ON orders (age)",
        "COMMENT ON TABLE users IS 'people'",
    )
    models = metadata("users")
    sku = Column("sku", String(9), nullable=False, unique=True, comment="of the shop")
    user = Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), index=True)
    Table("orders", models, Column("id", Integer, primary_key=True), sku, user, comment="what is sold")
    postgresql.models.metadata = models  # type: ignore[attr-defined]

    assert {*postgresql.run("check").stdout.splitlines()} == {
        "change column orders.sku: NOT NULL, comment",
        "drop index ix_old of orders",
        "drop column orders.age",
        "create index ix_orders_user_id on orders",
        "drop unique constraint uq_old of orders",
        "add unique constraint uq_orders_sku to orders",
        "drop foreign key fk_old of orders",
        "add foreign key fk_orders_user_id_users to orders",
        "change the comment of orders",
        "drop the comment of users",
    }


def test_it_says_what_it_did_not_look_at(sqlite: Project) -> None:
    """Each revision that was made by itself comes with the list of what it cannot see."""
    sqlite.models.metadata = metadata("users", "orders")

    told = sqlite.done("revision").stderr

    assert "Not looked at: renamed tables and columns" in told
    assert "server defaults, unless env.py has run(compare_server_default=True)" in told


def test_tables_of_others_stay(sqlite: Project) -> None:
    """Our own tables are not the models', nor are Alembic's; a rule of ``env.py`` leaves out more."""
    for ours in (METADATA, TABLE.metadata):
        sqlite.ask(ours.create_all)
    sqlite.execute(
        "CREATE TABLE alembic_version_reports (version_num VARCHAR(32))",
        "CREATE TABLE spatial_ref_sys (id INTEGER)",
    )
    assert sqlite.run("check").stdout == "drop table spatial_ref_sys\n"
    env = sqlite.folder / "migrations" / "env.py"
    rule = "lambda object, name, *rest: name != 'spatial_ref_sys'"
    env.write_text(env.read_text("utf-8").replace("run()", f"run(include_object={rule})"), "utf-8")

    assert sqlite.done("check").stdout == ""


class Code(TypeDecorator[str]):
    """A type that is the same one in every database."""

    impl = String(9)
    cache_ok = True


class Money(TypeDecorator[int]):
    """A type that may be another one in each database."""

    impl = Integer
    cache_ok = True

    def __init__(self) -> None:
        super().__init__()

    def __repr__(self) -> str:
        return "Money()"

    def load_dialect_impl(self, dialect: object) -> Integer:
        return Integer()


def test_types_of_the_app_can_be_run(sqlite: Project) -> None:
    """A type that only decorates one is written as that one, and any other is imported."""
    columns = Column("code", Code), Column("born", UtcDateTime), Column("wealth", Money())
    sqlite.models.metadata = _users(*columns)
    sqlite.done("revision", "-m", "types")

    sqlite.done("upgrade")

    (written,) = [text for text in sqlite.versions() if '"""types' in text]
    assert "sa.Column('code', sa.String(length=9)" in written
    assert "from flask_baseline.database.models import UtcDateTime" in written
    assert "sa.Column('born', UtcDateTime()" in written
    assert f"import {Money.__module__}" in written
    assert sqlite.done("check").stdout == ""


def test_sqlite_keeps_the_rows_that_refer_to_a_table_that_changes(sqlite: Project) -> None:
    """SQLite has to make a table anew to change it, which deletes nothing that refers to its rows."""
    models = metadata("users")
    to_user = Column("user_id", ForeignKey("users.id", ondelete="CASCADE"))
    Table("orders", models, Column("id", Integer, primary_key=True), to_user)
    sqlite.models.metadata = models
    sqlite.done("revision")
    sqlite.done("upgrade")
    sqlite.execute("INSERT INTO users VALUES (1, 'ann')", "INSERT INTO orders VALUES (7, 1)")
    models.tables["users"].c.name.type = String(99)
    models.tables["users"].c.name.nullable = True
    sqlite.done("revision")

    sqlite.done("upgrade")

    assert sqlite.done("check").exit_code == 0
    assert sqlite.execute("SELECT * FROM orders") == [(7, 1)]


def test_sqlite_refuses_a_migration_that_leaves_references_to_nothing(sqlite: Project) -> None:
    """Rows that refer to none, which foreign keys would have refused, undo the migration."""
    sqlite.execute(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id))",
        "INSERT INTO users VALUES (1, 'ann')",
        "INSERT INTO orders VALUES (7, 1)",
    )
    (first,) = sqlite.done("heads").stdout.split()[:1]
    sqlite.add("b2", "op.execute('DELETE FROM users')", follows=first)

    failed = sqlite.run("upgrade")

    assert failed.exit_code == 1
    assert failed.stderr.startswith("Error: Revision b2 leaves rows that refer to none, and is undone.")
    assert sqlite.execute("SELECT id FROM users") == [(1,)]
