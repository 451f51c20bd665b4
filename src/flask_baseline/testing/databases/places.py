"""Where databases are made: on a server, or in a folder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sqlalchemy.engine import URL


class Place(NamedTuple):
    """Where databases are made."""

    url_of: Callable[[str], URL]
    """Returns the URL of a database by its name."""
    drop: Callable[[str], None]
    """Removes a database, in use or not, where there is one."""
    make: Callable[[str], None]
    """Makes an empty database."""
    copy: Callable[[str, str], None] | None
    """Makes a database equal to another that nobody uses; None where the server cannot."""


def place_of(url: URL, folder: Path) -> Place:
    """Return the place for databases beside *url*.

    Args:
        url: of a server that may make databases, or of SQLite.
        folder: where SQLite has its files.

    Raises:
        ValueError: neither.
    """
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _files(url, folder)
    if backend == "postgresql":
        return _postgresql(url)
    if backend in ("mysql", "mariadb"):
        return _mariadb(url)
    raise ValueError(backend)


def _files(url: URL, folder: Path) -> Place:
    import sqlite3

    def url_of(name: str) -> URL:
        return url.set(database=str(path_of(name)))

    def make(_: str) -> None:
        pass

    def path_of(name: str) -> Path:
        return folder / f"{name}.db"

    def drop(name: str) -> None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{path_of(name)}{suffix}").unlink(missing_ok=True)

    def copy(name: str, origin: str) -> None:
        with closing(sqlite3.connect(path_of(origin))) as old, closing(sqlite3.connect(path_of(name))) as new:
            old.backup(new)

    return Place(url_of, drop, make, copy)


def _postgresql(url: URL) -> Place:
    say = _speaker(url)

    def drop(name: str) -> None:
        say(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def copy(name: str, origin: str) -> None:
        say(f'CREATE DATABASE "{name}" TEMPLATE "{origin}"')

    def make(name: str) -> None:
        # The server's own template, in which nobody can have put anything.
        copy(name, "template0")

    return Place(_sibling(url), drop, make, copy)


def _mariadb(url: URL) -> Place:
    say = _speaker(url)

    def drop(name: str) -> None:
        say(f"DROP DATABASE IF EXISTS `{name}`")

    def make(name: str) -> None:
        say(f"CREATE DATABASE `{name}`")

    return Place(_sibling(url), drop, make, None)


def _sibling(url: URL) -> Callable[[str], URL]:
    """Return what returns the URL of another database on the same server."""

    def url_of(name: str) -> URL:
        return url.set(database=name)

    return url_of


def _speaker(url: URL) -> Callable[[str], None]:
    """Return what runs a statement on the server, by a connection of its own."""
    import sqlalchemy
    from sqlalchemy.pool import NullPool

    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)

    def say(statement: str) -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)

    return say
