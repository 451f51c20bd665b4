"""What the code under test has for a connection: a part of the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from .shared import Shared, Transaction
from .statements import Kind, Statement, read

_MODES = frozenset({"autocommit", "isolation_level", "read_only", "readonly", "deferrable"})
"""What a connection cannot change in the middle of a transaction, which this always is."""

_RUNS = frozenset({"execute", "executemany", "executescript", "callproc", "copy"})
"""The methods of cursors that take a statement."""


class Branch:
    """A DBAPI connection (PEP 249) with a transaction of its own, inside of that of the real connection."""

    _shared: Shared
    _transaction: Transaction

    def __init__(self, shared: Shared) -> None:
        vars(self).update(_shared=shared, _transaction=Transaction())

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """Return a cursor whose statements belong to this transaction."""
        return BranchCursor(
            self._shared, self._transaction, cast(Any, self._shared.real).cursor(*args, **kwargs)
        )

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Run a statement on a new cursor, as some drivers do."""
        cursor = self.cursor()
        cursor.execute(*args, **kwargs)
        return cursor

    def commit(self) -> None:
        """Keep what was done since the last commit or rollback, as others see it."""
        self._shared.commit(self._transaction)

    def rollback(self) -> None:
        """Undo what was done since the last commit or rollback."""
        self._shared.roll_back(self._transaction)

    def close(self) -> None:
        """Roll back; the real connection stays open."""
        self.rollback()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._shared.real, name)

    def __setattr__(self, name: str, value: object) -> None:
        if name not in _MODES:
            setattr(self._shared.real, name, value)


class BranchCursor:
    """A cursor of a `Branch`."""

    _shared: Shared
    _transaction: Transaction
    _real: Any

    def __init__(self, shared: Shared, transaction: Transaction, real: Any) -> None:
        vars(self).update(_shared=shared, _transaction=transaction, _real=real)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return self._taking_turns(found, name) if name in _RUNS else found

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._real, name, value)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._real)

    def __enter__(self) -> BranchCursor:
        return self

    def __exit__(self, *_: object) -> None:
        self._real.close()

    def _taking_turns(self, method: Callable[..., Any], name: str) -> Callable[..., Any]:
        def run(statement: Any, *args: Any, **kwargs: Any) -> Any:
            kind = read(statement) if name == "execute" else Statement(Kind.WRITE)
            result = self._shared.run(self._transaction, kind, lambda: method(statement, *args, **kwargs))
            return self if result is self._real else result

        return run
