"""gRPC where gevent has made greenlets of Python's threads: its waits are those of C, and stop them all."""

from __future__ import annotations

import sys
from contextvars import copy_context
from importlib import import_module
from typing import Any

from .reasons import listen, reason, reasons


def has_greenlets() -> bool:
    """Whether Python's threads are gevent's."""
    patches: Any = sys.modules.get("gevent.monkey")
    return patches is not None and bool(patches.is_module_patched("threading"))


class InThread:
    """An exporter that waits in a thread of the system, while the greenlets go on."""

    def __init__(self, exporter: Any) -> None:
        self._exporter = exporter
        self._pool: Any = import_module("gevent").get_hub().threadpool

    def export(self, batch: Any) -> Any:
        """Send *batch*."""
        result, why = self._pool.apply(copy_context().run, (self._export, batch))
        if why:
            reasons.keep(why)
        return result

    def _export(self, batch: Any) -> tuple[Any, str]:
        listen()
        return self._exporter.export(batch), reason()
