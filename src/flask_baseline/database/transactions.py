"""Blocks that commit or roll back, and what is called after them."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from .sessions import Sessions, current_sessions
from .settings import DEFAULT

P = ParamSpec("P")
R = TypeVar("R")

_log = logging.getLogger("flask_baseline.database")


@contextmanager
def transaction(sessions: Sessions, name: str) -> Generator[Session, None, None]:
    """See `Database.transaction`."""
    session, later = sessions.of(name), sessions.after_commit.get(name)
    if later is not None:
        with _savepoint(session, later):
            yield session
        return
    later = sessions.after_commit[name] = []
    try:
        yield session
        session.commit()
    except BaseException:
        _roll_back(session)
        raise
    finally:
        del sessions.after_commit[name]
    for function in later:
        try:
            function()
        except Exception:
            # Raised, it would tell the client that nothing is stored.
            _log.exception("a function of db.after_commit() failed")


def transactional(view: Callable[P, R]) -> Callable[P, R]:
    """See `Database.transactional`."""
    if inspect.isgeneratorfunction(view) or inspect.isasyncgenfunction(view):
        raise TypeError(
            f"{view.__qualname__} is a generator: it runs when the response has begun, too late to tell that "
            "a commit failed. Fix: put @db.transactional on a function that returns the generator, or use "
            "`with db.transaction():` inside."
        )
    if inspect.iscoroutinefunction(view):

        @wraps(view)
        async def run_async(*args: P.args, **kwargs: P.kwargs) -> Any:
            with transaction(current_sessions(), DEFAULT):
                return await view(*args, **kwargs)

        return cast("Callable[P, R]", run_async)

    @wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction(current_sessions(), DEFAULT):
            return view(*args, **kwargs)

    return run


def after_commit(sessions: Sessions, function: Callable[[], object], name: str) -> None:
    """See `Database.after_commit`."""
    later = sessions.after_commit.get(name)
    if later is None:
        raise RuntimeError(
            "db.after_commit() needs a transaction. Fix: call it in `with db.transaction():` or under "
            "@db.transactional; after a db.session.commit() of your own, call the function yourself."
        )
    later.append(function)


@contextmanager
def _savepoint(session: Session, later: list[Callable[[], object]]) -> Generator[None, None, None]:
    count = len(later)
    try:
        with session.begin_nested():
            yield
    except BaseException:
        del later[count:]
        raise


def _roll_back(session: Session) -> None:
    try:
        session.rollback()
    except SQLAlchemyError:
        # The connection is lost; what is to be told is the error that is about to be raised.
        session.invalidate()
