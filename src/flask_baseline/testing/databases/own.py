"""The database of one worker."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ...errors import ConfigError, ConfigProblem, NotInitializedError
from ..run import Run
from .places import Place, place_of
from .schema import databases_of

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.engine import URL

    from ..servers import Server

MakeTables: TypeAlias = "Callable[[Flask], None]"

KEY, GIVEN = "baseline_database", "TEST_DATABASE_URL"
_FIX = "set it to postgresql, mariadb or sqlite, or to one of them with a driver: postgresql+psycopg2"


class OwnDatabase:
    """A database that this worker alone has, so that what is in it can be thrown away.

    The first worker that asks makes the tables in its own. The template is a copy of that, and what the
    others have are copies of the template: the migrations run once, by an app that is made anyway.

    Args:
        run: this process of it.
        kind: what the project has, as in ``baseline_database``.
        make_tables: gives an app's empty database its tables.

    Raises:
        ConfigError: *kind*, or the URL that the environment gives, is none that tests can have.
        MissingExtraError: what has the server is not installed.
        ServerError: it does not start.
    """

    def __init__(self, run: Run, kind: str, make_tables: MakeTables) -> None:
        self._place, prefix = _place(run, kind)
        self._copy = self._place.copy
        self._make_tables = make_tables
        self._template = f"{prefix}baseline_template"
        self.name = f"{prefix}baseline_{run.worker}"
        self.url = self._place.url_of(self.name).render_as_string(hide_password=False)
        self._note = _note(run)
        self.turn = ExitStack()
        """Held until the tables are made, or left to another worker, which waits for it."""
        with ExitStack() as turn:
            turn.enter_context(run.turn("template.turn"))
            self._place.drop(self.name)
            self._is_ready = self._note.exists()
            if self._copy is None:
                self._place.make(self.name)
            elif self._is_ready:
                self._copy(self.name, self._template)
            else:
                self._place.make(self.name)
                self.turn = turn.pop_all()

    def prepare(self, app: Flask) -> None:
        """Make the tables by *app*, unless they are there."""
        if not self._is_ready:
            with self.turn:
                self._check(app)
                self._make_tables(app)
                self.let_go(app)
                if self._copy is not None:
                    self._place.drop(self._template)
                    self._copy(self._template, self.name)
                    self._note.touch()
                self._is_ready = True

    def renew(self, app: Flask) -> None:
        """Make the database anew, as it was before the tests."""
        self._check(app)
        self.let_go(app)
        self._place.drop(self.name)
        if self._copy is None:
            self._place.make(self.name)
            self._make_tables(app)
        else:
            self._copy(self.name, self._template)

    def let_go(self, app: Flask) -> None:
        """Close the connections that *app* keeps."""
        for engine in databases_of(app).engines.values():
            engine.dispose()

    def end(self) -> None:
        """Remove the database."""
        self.turn.close()
        self._place.drop(self.name)

    def _check(self, app: Flask) -> None:
        """Know that *app* is on this database, and on no other that somebody needs."""
        found, own = databases_of(app).engine().url, self._place.url_of(self.name)
        if (found.host, found.port, found.database) != (own.host, own.port, own.database):
            raise NotInitializedError(
                f"The app {app.name!r} has another database than the one of its tests. Fix: read the URL "
                "from the environment, as Baseline does with BASELINE_DATABASE_URL, in a factory that runs "
                "after the collection of the tests; name a variable of your own in baseline_environ."
            )


def remove_template(run: Run) -> None:
    """Remove the template of *run* from a server that is not ours and goes on."""
    if os.environ.get(GIVEN) and _note(run).exists():
        place, prefix = _place(run, "")
        place.drop(f"{prefix}baseline_template")


def _note(run: Run) -> Path:
    """Return the file that says that the template is there."""
    return run.folder / "template.ready"


def _place(run: Run, kind: str) -> tuple[Place, str]:
    """Return where databases are made, and what their names begin with."""
    given = os.environ.get(GIVEN)
    url = _url(run, kind) if given is None else _given(given)
    try:
        place = place_of(url, run.folder)
    except ValueError:
        raise _wrong(
            GIVEN, "is neither of PostgreSQL, MariaDB, MySQL nor SQLite", "use one of them"
        ) from None
    is_shared = given is not None and url.get_backend_name() != "sqlite"
    return place, f"{url.database}_" if is_shared and url.database else ""


def _url(run: Run, kind: str) -> URL:
    from sqlalchemy.engine import make_url

    backend, _, driver = kind.partition("+")
    if backend == "sqlite":
        return make_url(f"{kind}:///")
    start = _starter(backend)
    if start is None:
        raise _wrong(KEY, "names no database that tests can have", _FIX)
    url = make_url(run.server(backend, start))
    return url.set(drivername=kind) if driver else url


def _starter(backend: str) -> Callable[[int], Server] | None:
    if backend == "postgresql":
        from ..servers.postgres import start_postgres

        return lambda owner: start_postgres(owner=owner)
    if backend in ("mariadb", "mysql"):
        from ..servers.mariadb import start_mariadb

        return lambda owner: start_mariadb(owner=owner)
    return None


def _given(text: str) -> URL:
    from pydantic import SecretStr

    from ..._sql_urls import sql_url

    try:
        return sql_url(SecretStr(text), GIVEN)
    except ValueError as error:
        what = str(error)
    raise _wrong(GIVEN, what, "use a URL such as postgresql://USER:PASSWORD@HOST/NAME")


def _wrong(key: str, what: str, fix: str) -> ConfigError:
    source = "environment" if key == GIVEN else "configuration of pytest"
    return ConfigError([ConfigProblem(key, source, what, fix)], "test")
