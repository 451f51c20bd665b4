"""Whether a process shares its counts with others, and with whom."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Flask

from ..telemetry.per_process import PerProcess
from ..telemetry.ticker import Ticker
from .folder import folder_of, is_worker, ordinal
from .gauges import Since
from .locks import IS_SUPPORTED
from .merging import Mode, merge
from .readings import SCOPE, Here
from .shelf import Shelf
from .snapshot import Snapshot, snapshot_of

_log = logging.getLogger("flask_baseline.metrics")


class Sharing:
    """The shelf of one app in each process that serves it.

    Args:
        app: whose counts are shared.
        given: the folder that the operator has chosen, in which case all who have it share.
        seconds: between two snapshots.
        mode: how gauges become one.
    """

    def __init__(self, app: Flask, given: Path | None, seconds: float, mode: Mode) -> None:
        # Not the app itself, which would never be gone.
        self._app = f"{app.import_name}\0{app.root_path}"
        self._number = ordinal(self._app)
        self._given, self._seconds, self._mode = given, seconds, mode
        self._shelves: PerProcess[Shelf | None] = PerProcess(self._open)
        self._here: Here | None = None

    def ticker(self, here: Here) -> Ticker:
        """Return what writes the snapshots of *here*, from when its process serves."""
        self._here = here
        return Ticker("baseline-metrics-share", self._write, self._seconds)

    def serve(self) -> bool:
        """Take a place on the shelf; return whether there is one to take."""
        return self._shelves.get() is not None

    def total(self, here: Here) -> Snapshot:
        """Return what all workers have counted."""
        shelf = self._shelves.get()
        return merge([self._read(here)], self._mode) if shelf is None else shelf.total()

    def _read(self, here: Here) -> Snapshot:
        return snapshot_of(here.read(), SCOPE.name)

    def _write(self) -> None:
        shelf = self._shelves.made()
        if shelf is not None:
            shelf.write()

    def _open(self) -> Shelf | None:
        here = self._here
        if here is None or not IS_SUPPORTED or not (self._given is not None or is_worker()):
            return None
        since = Since()
        try:
            folder = folder_of(self._app, self._number, self._given)
            return Shelf(folder, lambda: since.of(self._read(here)), self._mode)
        except OSError as error:
            _log.warning(
                "the workers cannot share their metrics, so that each answers for itself: %s. "
                "Fix: set BASELINE_METRICS_DIR to a local folder that the service can write.",
                error,
            )
            return None
