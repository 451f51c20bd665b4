"""One run of pytest: what its processes share."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from ..metrics.locks import Lock

if TYPE_CHECKING:
    from .servers import Server

_SUFFIX = ".server"


@dataclass(frozen=True)
class Run:
    """A run, as one of its processes sees it."""

    folder: Path
    """Where its processes leave notes for each other."""
    owner: int
    """The process that begins and ends it: the one with the tests, or the one that gives them to workers."""
    worker: str = "main"
    """This process, as pytest-xdist calls it."""

    @property
    def number(self) -> int:
        """The number of this process among the workers, from 0."""
        return int("".join(filter(str.isdigit, self.worker)) or "0")

    def turn(self, name: str) -> AbstractContextManager[bool]:
        """Return a block that one process at a time is in; *name* is a file of the run."""
        return Lock(self.folder / name).held(wait=True)

    def server(self, name: str, start: Callable[[int], Server]) -> str:
        """Return the URL of a server of the run, which the first process that asks starts."""
        note = self.folder / f"{name}{_SUFFIX}"
        with self.turn(f"{name}.turn"):
            if not note.exists():
                note.write_text(json.dumps(asdict(start(self.owner)), default=str), encoding="utf-8")
            return str(json.loads(note.read_text(encoding="utf-8"))["url"])

    def end(self) -> None:
        """End the servers, and forget the run."""
        for note in self.folder.glob(f"*{_SUFFIX}"):
            from .servers import Server

            known = json.loads(note.read_text(encoding="utf-8"))
            Server(known["url"], Path(known["folder"]), known["keeper"]).stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def begin() -> Run:
    """Begin a run in this process."""
    return Run(Path(mkdtemp(prefix="baseline-tests-")), os.getpid())
