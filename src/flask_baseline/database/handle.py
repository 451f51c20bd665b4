"""`db`: what the code of an app uses of its databases."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from .settings import DEFAULT

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from .sessions import Sessions

P = ParamSpec("P")
R = TypeVar("R")


class Database:
    """The databases of the current app. It holds nothing, so one object serves all apps.

    SQLAlchemy is imported at the first use.
    """

    @property
    def session(self) -> Session:
        """The session of this app context on the default database, opened at its first use.

        It is closed with the context: at the end of the request, or of its body where that is streamed. What
        is not committed by then is rolled back.

        Raises:
            RuntimeError: there is no app context.
            NotInitializedError: the app has no database.
        """
        return _finder()().of(DEFAULT)

    @property
    def replica(self) -> Session:
        """The session of this app context on the replica, to read from; `session` where there is none."""
        return _finder()().replica()

    def session_of(self, name: str) -> Session:
        """Return the session of this app context on a database of ``BASELINE_DATABASE_OTHERS``.

        Raises:
            KeyError: there is no database called *name*.
        """
        return _finder()().of(name)

    def transaction(self, name: str = DEFAULT) -> AbstractContextManager[Session]:
        """Commit at the end of the block, or roll back on any exception::

            with db.transaction() as session:
                session.add(order)

        Inside of another it is a savepoint: what it has changed is undone alone when it raises, and is
        committed with the outer one.

        Args:
            name: of the database.
        """
        from .transactions import transaction

        return transaction(_finder()(), name)

    def transactional(self, view: Callable[P, R]) -> Callable[P, R]:
        """Run a view, or any function, in a `transaction` on the default database::

            @app.post("/orders")
            @db.transactional
            def create_order(): ...

        It is committed when the function returns, whatever the status of a response, and rolled back on any
        exception before an error handler sees it. An ``async def`` is awaited in it.

        Raises:
            TypeError: *view* is a generator, which runs when the response has begun.
        """
        from .transactions import transactional

        return transactional(view)

    def after_commit(self, function: Callable[[], object], name: str = DEFAULT) -> None:
        """Call *function* once the outermost `transaction` on the database called *name* is committed.

        It is forgotten when that, or the savepoint in which it was given, is rolled back. What it raises is
        logged and hides nothing: the data is stored by then.

        Raises:
            RuntimeError: there is no transaction.
        """
        from .transactions import after_commit

        after_commit(_finder()(), function, name)


@cache
def _finder() -> Callable[[], Sessions]:
    from .sessions import current_sessions

    return current_sessions


db = Database()
"""The one object of user code."""
