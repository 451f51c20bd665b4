"""One real connection with one transaction, in which several others have theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from .statements import Kind, Statement

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

Result = TypeVar("Result")


@dataclass(eq=False)
class Mark:
    """A savepoint of the real transaction."""

    name: str
    owner: Transaction | None
    """Whose it is; None where it is left behind by one that goes on without it."""
    label: str | None = None
    """What the code calls it, where the code has made it."""


@dataclass(eq=False)
class Transaction:
    """The transaction of one branch, as far as it has begun."""

    begin: Mark | None = None
    """What it goes back to; None where there is nothing to undo."""
    has_written: bool = False
    has_failed: bool = False


@dataclass(eq=False)
class Shared:
    """The real connection. One statement at a time has its turn, whichever thread it comes from."""

    real: DBAPIConnection
    fails_whole: bool
    """Whether nothing works after a statement that has failed, until one goes back, as in PostgreSQL."""
    _turn: RLock = field(default_factory=RLock)
    _marks: list[Mark] = field(default_factory=list[Mark])
    _count: int = 0
    _is_broken: Transaction | None = None
    """Whose statement was the last one, and has failed."""
    _is_over: bool = False

    def run(
        self, transaction: Transaction, statement: Statement, execute: Callable[[], Result]
    ) -> Result | None:
        """Run a statement of *transaction*; None where it is one about transactions.

        Raises:
            RuntimeError: the test is over.
        """
        with self._turn:
            if self._is_over:
                raise RuntimeError(
                    "The database of baseline_db was used after the end of its test. Fix: end what the test "
                    "has started, such as a thread, before its end."
                )
            if statement.kind is Kind.COMMIT:
                self.commit(transaction)
                return None
            if statement.kind is Kind.ROLLBACK:
                self.roll_back(transaction)
                return None
            self._begin(transaction)
            if statement.kind is Kind.BEGIN or self._has_moved(transaction, statement):
                return None
            transaction.has_written |= statement.kind is not Kind.READ
            try:
                return execute()
            except BaseException:
                transaction.has_failed = True
                self._is_broken = transaction if self.fails_whole else None
                raise

    def commit(self, transaction: Transaction) -> None:
        """Keep what *transaction* has done, for as long as the test goes on."""
        with self._turn:
            if transaction.has_failed and self.fails_whole:
                return self.roll_back(transaction)
            for mark in self._marks if transaction.has_written else ():
                # One that has only read must not undo this when it rolls back.
                if mark.owner not in (None, transaction) and not mark.owner.has_written:
                    self._leave(mark.owner)
            self._end(transaction)

    def roll_back(self, transaction: Transaction) -> None:
        """Undo what *transaction* has done since it began."""
        with self._turn:
            begin = transaction.begin
            if begin is not None and (transaction.has_written or self._is_last(begin)):
                self._go_back(begin)
            self._end(transaction)

    def finish(self) -> None:
        """Undo everything, and let nothing more happen."""
        with self._turn:
            self._is_over = True
            self._forget(0)
            self.real.rollback()

    def _begin(self, transaction: Transaction) -> None:
        """Give *transaction* a savepoint that is the last one, so that it alone is hurt when it fails."""
        self._rescue(transaction)
        if self._marks and self._marks[-1].owner is transaction:
            return
        if transaction.begin is not None and not transaction.has_written:
            self._leave(transaction)
        mark = self._mark(transaction)
        transaction.begin = transaction.begin or mark

    def _has_moved(self, transaction: Transaction, statement: Statement) -> bool:
        """Whether *statement* is about a savepoint of the code's, which then has got its own name here."""
        if statement.kind is Kind.SAVEPOINT and self._is_broken is None:
            self._mark(transaction, statement.name)
            return True
        own = [m for m in self._marks if m.owner is transaction and m.label == statement.name]
        if statement.kind is Kind.ROLLBACK_TO and own:
            self._go_back(own[-1])
            transaction.has_failed = False
            return True
        if statement.kind is Kind.RELEASE and own and self._is_broken is None:
            # Left in place: others may have made theirs after it.
            own[-1].label = None
            return True
        return False

    def _end(self, transaction: Transaction) -> None:
        if transaction.begin is not None and self._is_last(transaction.begin):
            self._rescue(transaction)
            self._say(f"RELEASE SAVEPOINT {transaction.begin.name}")
            self._forget(self._marks.index(transaction.begin))
        self._leave(transaction)
        transaction.has_written = transaction.has_failed = False

    def _rescue(self, transaction: Transaction) -> None:
        """Make the connection work again after another's failure: the last savepoint is the other's."""
        if self._is_broken not in (None, transaction):
            self._go_back(self._marks[-1])

    def _is_last(self, begin: Mark) -> bool:
        """Whether no other has a savepoint after the one at which a transaction began."""
        later = self._marks[self._marks.index(begin) :]
        return all(mark.owner in (None, begin.owner) for mark in later)

    def _mark(self, owner: Transaction, label: str | None = None) -> Mark:
        self._count += 1
        mark = Mark(f"baseline_{self._count}", owner, label)
        self._say(f"SAVEPOINT {mark.name}")
        self._marks.append(mark)
        return mark

    def _go_back(self, mark: Mark) -> None:
        self._say(f"ROLLBACK TO SAVEPOINT {mark.name}")
        self._is_broken = None
        self._forget(self._marks.index(mark) + 1)

    def _leave(self, transaction: Transaction) -> None:
        for mark in self._marks:
            if mark.owner is transaction:
                mark.owner = None
        transaction.begin = None

    def _forget(self, count: int) -> None:
        """Forget all savepoints after the first *count*, which are gone."""
        for mark in self._marks[count:]:
            if mark.owner is not None and mark.owner.begin is mark:
                mark.owner.begin = None
        del self._marks[count:]

    def _say(self, text: str) -> None:
        cursor: Any = self.real.cursor()
        try:
            cursor.execute(text)
        finally:
            cursor.close()
