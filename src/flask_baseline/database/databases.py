"""The databases of one app."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from os import getpid
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy.orm import Session

from .settings import DEFAULT, DatabaseSettings, own_object

if TYPE_CHECKING:
    from sqlalchemy import Engine


class Databases:
    """What the code of the feature looks up: the engines of one app, by name.

    Args:
        app: may get an object of Flask-SQLAlchemy or -Lite later, whose engines are then the ones.
        settings: of the feature.
        find: returns the engines, once.
        new_session: makes a session on an engine.
    """

    def __init__(
        self,
        app: Flask,
        settings: DatabaseSettings,
        find: Callable[[], Mapping[str, Engine]],
        new_session: Callable[[Engine], Session] = Session,
    ) -> None:
        self.settings = settings
        self._app = app
        self._find = find
        self._new_session = new_session
        self._engines: Mapping[str, Engine] | None = None
        # By process: a thread that is not in the child may have held the lock at the fork.
        self._locks: dict[int, threading.RLock] = {}

    @property
    def is_adopted(self) -> bool:
        """Whether the app has an object of Flask-SQLAlchemy or -Lite."""
        return own_object(self._app) is not None

    @property
    def engines(self) -> Mapping[str, Engine]:
        """All engines, by name; "default" is the one of the URL, or of the app's own object."""
        engines = self._engines
        return self._found() if engines is None else engines

    def engine(self, name: str = DEFAULT) -> Engine:
        """Return the engine called *name*.

        Raises:
            KeyError: there is none.
        """
        try:
            return self.engines[name]
        except KeyError:
            known = ", ".join(sorted(self.engines)) or "none"
            raise KeyError(f"There is no database {name!r}; there are: {known}.") from None

    def new_session(self, name: str = DEFAULT) -> Session:
        """Return a new session on the database called *name*.

        Raises:
            KeyError: there is none.
        """
        return self._new_session(self.engine(name))

    def _found(self) -> Mapping[str, Engine]:
        with self._locks.setdefault(getpid(), threading.RLock()):
            # Another thread may have been first.
            if self._engines is None:
                self._engines = self._find()
            return self._engines
