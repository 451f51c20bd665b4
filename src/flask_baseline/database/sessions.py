"""One session per app context and database: opened at first use, closed with the context or with the body."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from flask import Response, current_app, request
from sqlalchemy.orm import Session, scoped_session
from werkzeug.wsgi import ClosingIterator

from .._exchange import Exchange, current_exchange
from .._propagate import app_globals, current_branch
from .._runtime import runtime_of
from ..errors import NotInitializedError
from ..settings.profiles import Profile
from .settings import DEFAULT, REPLICA, own_object
from .unfinished import WatchedSession, warn_of_unfinished

if TYPE_CHECKING:
    from .databases import Databases

KEY = "_flask_baseline_sessions"

_log = logging.getLogger("flask_baseline.database")


class Sessions:
    """The sessions of one app context, of one run of a propagated function, or of one streamed body.

    Args:
        databases: of the app.
        default: returns the session of the app's own SQLAlchemy object, which opens and closes it.
    """

    is_for_body = False
    """Whether the body of the response goes on with them."""
    app_globals: object | None = None
    """``flask.g`` of the context that has left them to the body, which may enter it again."""

    def __init__(self, databases: Databases, default: Callable[[], Session] | None = None) -> None:
        self._databases = databases
        self._default = default
        self._opened: dict[str, Session] = {}
        self.after_commit: dict[str, list[Callable[[], object]]] = {}
        """By each database with a transaction of `db.transaction`: what is to be called after its commit."""

    def of(self, name: str) -> Session:
        """Return the session on the database called *name*.

        Raises:
            KeyError: there is no such database.
        """
        session = self._opened.get(name)
        if session is not None:
            return session
        if self._default is not None and name == DEFAULT:
            return self._default()
        session = self._opened[name] = self._databases.new_session(name)
        return session

    def replica(self) -> Session:
        """Return the session on the replica; the default one where there is no replica."""
        return self.of(REPLICA if REPLICA in self._databases.engines else DEFAULT)

    def close(self, error: BaseException | None = None) -> None:
        """Roll back what is not committed, and give the connections back. It does not raise.

        Args:
            error: why they are closed, where something failed.
        """
        opened, self._opened = self._opened, {}
        for session in opened.values():
            try:
                if error is None and isinstance(session, WatchedSession):
                    warn_of_unfinished(session)
                session.close()
            except Exception:
                _log.warning("a session could not be closed; its connection is thrown away", exc_info=True)
                session.invalidate()


def session_class(profile: Profile) -> type[Session]:
    """Return the class of the sessions under *profile*."""
    return Session if profile == "prod" else WatchedSession


def current_sessions() -> Sessions:
    """Return the sessions of the current app context.

    A run of a propagated function has its own, and so has a streamed body outside of any app context.

    Raises:
        RuntimeError: there is no app context and no request.
        NotInitializedError: the app has no database.
    """
    here = app_globals()
    branch = current_branch.get()
    if branch is not None and branch.app_globals is here:
        own = branch.own.get(KEY)
        if own is None:
            own = branch.own[KEY] = Sessions(_databases(here))
        return cast(Sessions, own)
    if here is None:
        return _sessions_of_body()
    sessions: Sessions | None = vars(here).get(KEY)
    if sessions is None:
        exchange = current_exchange.get()
        left = None if exchange is None else cast("Sessions | None", exchange.sessions)
        if left is not None and left.app_globals is here:
            return left
        databases = _databases(here)
        default = _session_of_app() if databases.is_adopted else None
        sessions = vars(here)[KEY] = Sessions(databases, default)
    return sessions


def keep_for_body(response: Response) -> Response:
    """Note, after a request, that the body of *response* is still to be made."""
    sessions: Sessions | None = vars(app_globals()).get(KEY)
    if sessions is not None:
        sessions.is_for_body = response.is_streamed and _goes_on(response)
    return response


def close_with_context(error: BaseException | None) -> None:
    """Close the sessions of the app context that ends, or leave them to the body of its response."""
    here = app_globals()
    sessions: Sessions | None = vars(here).pop(KEY, None)
    if sessions is None:
        return
    exchange = current_exchange.get() if sessions.is_for_body else None
    if exchange is None or exchange.is_ended or exchange.sessions is not None:
        sessions.close(error)
    else:
        exchange.sessions, sessions.app_globals = sessions, here


def close_with_body(exchange: Exchange) -> None:
    """Close the sessions with which the body of *exchange* went on."""
    if exchange.sessions is not None:
        exchange.sessions.close()


def _goes_on(response: Response) -> bool:
    # A file is read from its disk, and the answer to a HEAD is never made.
    if response.direct_passthrough or request.method == "HEAD":
        return False
    # What Flask makes of an HTTPException looks like a stream, and is complete.
    return "Content-Length" not in response.headers or not isinstance(response.response, ClosingIterator)


def _sessions_of_body() -> Sessions:
    exchange = current_exchange.get()
    if exchange is None or exchange.is_ended:
        raise RuntimeError(
            "A session of db needs an app context. Fix: use it in a request, in `with app.app_context():`, "
            "or in a function bound by baseline.propagate()."
        )
    if exchange.sessions is None:
        exchange.sessions = Sessions(_databases(None))
    return cast(Sessions, exchange.sessions)


def _databases(here: object | None) -> Databases:
    exchange = current_exchange.get()
    if here is not None:
        found = runtime_of(current_app, "database")
    else:
        found = None if exchange is None else exchange.edge.runtimes.get("database")
    if found is None:
        raise NotInitializedError(
            "The app has no database. Fix: set BASELINE_DATABASE_URL, and call Baseline(app) in the factory."
        )
    return cast("Databases", found)


def _session_of_app() -> Callable[[], Session] | None:
    """Return what returns the session of Flask-SQLAlchemy or -Lite, where the app has one with a default."""
    extension: Any = own_object(current_app)
    # Flask-SQLAlchemy calls the default one None.
    if {None, DEFAULT}.isdisjoint(extension.engines):
        return None
    session: object = extension.session
    return cast("Callable[[], Session]", session if isinstance(session, scoped_session) else lambda: session)
