"""Connections of psycopg that do not wait for ever: a server that hangs cannot keep its own time-outs."""

from __future__ import annotations

from collections.abc import Generator
from time import monotonic
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

PQGen = Generator[Any, Any, Any]


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed where an answer does not come in time."""

    patience: float | None = None
    """Seconds for each answer; None for any time."""

    def wait(self, gen: PQGen, *args: Any, **kwargs: Any) -> Any:
        """Wait for what *gen* asks of the server.

        Raises:
            psycopg.OperationalError: the server has not answered in time.
        """
        if self.patience is not None:
            gen = self._until(monotonic() + self.patience, gen)
        return super().wait(gen, *args, **kwargs)

    def _until(self, deadline: float, gen: PQGen) -> PQGen:
        try:
            wanted = next(gen)
            while True:
                # Nothing is ready each time that an interval of psycopg's is over.
                ready = yield wanted
                if not ready and monotonic() > deadline and self._is_asking():
                    self.pgconn.finish()
                    raise psycopg.OperationalError("the server has not answered in time")
                wanted = gen.send(ready)
        except StopIteration as end:
            return end.value

    def _is_asking(self) -> bool:
        # Who listens for notifications asks nothing.
        return self.pgconn.transaction_status == TransactionStatus.ACTIVE
