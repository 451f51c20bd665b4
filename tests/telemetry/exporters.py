"""Exporters of the tests: what they were given, and what goes wrong."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.sdk.trace.export import SpanExportResult

from tests.waiting import LIMIT_SECONDS

LOGGER = logging.getLogger("opentelemetry.exporter.of_a_test")


@dataclass
class Exporter:
    """Keeps what it is given, and fails as it is told."""

    result: Any = SpanExportResult.SUCCESS
    says: Sequence[object] = ()
    """What it logs at each export: a message, and its arguments."""
    raises: BaseException | None = None
    holds: bool = False
    """Whether it waits for `go_on` in each export."""
    batches: list[list[Any]] = field(default_factory=list)
    began: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def export(self, batch: Sequence[Any]) -> Any:
        self.began.set()
        if self.holds:
            self.go_on.wait(LIMIT_SECONDS)
        self.batches.append([*batch])
        if self.says:
            LOGGER.error(*self.says)  # type: ignore[arg-type]
        if self.raises is not None:
            raise self.raises
        return self.result

    @property
    def items(self) -> list[Any]:
        """All that it was given, in order."""
        return [item for batch in self.batches for item in batch]


def always(exporter: Exporter) -> Callable[[], Exporter]:
    """Return what makes *exporter*."""
    return lambda: exporter
