"""Warn, in dev and test, of a session that is closed with changes that nobody has committed."""

from __future__ import annotations

import logging
from typing import Any, cast

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from .._exchange import current_exchange

_log = logging.getLogger("flask_baseline.database")


class WatchedSession(Session):
    """A session that knows whether its transaction has written anything."""

    has_written = False


def warn_of_unfinished(session: WatchedSession) -> None:
    """Log a warning if *session*, about to be closed, has lost changes in a request that went well."""
    exchange = current_exchange.get()
    if (exchange is None or exchange.status < 400) and _has_changes(session):
        _log.warning(
            "a session was closed with changes that are not committed, and they are lost. Fix: make them in "
            "`with db.transaction():` or under `@db.transactional`, or call db.session.commit()"
        )


def _has_changes(session: WatchedSession) -> bool:
    if session.has_written or session.new or session.deleted:
        return True
    return any(map(session.is_modified, session.dirty))


@event.listens_for(WatchedSession, "after_flush")
def _note_flush(session: WatchedSession, _context: Any) -> None:
    session.has_written = True


@event.listens_for(WatchedSession, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        cast(WatchedSession, state.session).has_written = True


@event.listens_for(WatchedSession, "after_transaction_end")
def _forget(session: WatchedSession, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.has_written = False
