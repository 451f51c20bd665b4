"""The snapshots of all workers of a server, in a folder.

Each worker holds a lock for as long as it lives, and writes what it has counted in all. Whoever is asked
writes its own first, and adds all of them up: so a total never falls from one answer to the next. A lock
that can be taken is one of a dead worker, whose counts are moved to those of all dead ones.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import uuid
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

from .folder import restore
from .locks import TURN, Lock
from .merging import Mode, merge, of_the_dead
from .snapshot import Snapshot, dump, load

_log = logging.getLogger("flask_baseline.metrics")

_DEAD = "dead.json"


class Shelf:
    """One worker's place in *folder*.

    Args:
        folder: of all workers.
        read: returns what this worker has counted.
        mode: how gauges become one.
    """

    def __init__(self, folder: Path, read: Callable[[], Snapshot], mode: Mode) -> None:
        self._folder, self._read, self._mode = folder, read, mode
        self._pid = os.getpid()
        self.name = f"{self._pid}-{uuid.uuid4().hex[:8]}"
        self._turn = folder / TURN
        # A scrape and the tick of one worker: the older of two snapshots must not be the last on the shelf.
        self._mine = threading.Lock()
        self._told: set[str] = set()
        self._lock = Lock(folder / f"{self.name}.lock")
        self._take_place()
        # A child that holds it too would keep its parent alive.
        os.register_at_fork(after_in_child=self._lock.forget)

    def _take_place(self) -> None:
        self._last = b""
        self._lock.release()
        # In turn, or a lock that is not locked yet would be taken for one of the dead.
        with Lock(self._turn).held(wait=True):
            self._lock.acquire(wait=True)

    def write(self) -> Snapshot:
        """Write what this worker has counted, and return it."""
        with self._mine:
            return self._write()

    def _write(self) -> Snapshot:
        snapshot = self._read()
        text = dump(snapshot)
        if not self._lock.path.exists():
            # Somebody has cleaned up, as systemd does in shared memory when a user logs out.
            restore(self._folder)
            self._take_place()
        if text != self._last:
            self._replace(f"{self.name}.json", text)
            self._last = text
        return snapshot

    def total(self) -> Snapshot:
        """Return what all workers of the server have counted, the dead ones too."""
        # The app's own callbacks run before it is this worker's turn, and one scrape after the other: a
        # greenlet that waited for its turn while another of its process has it would stop both for ever.
        with self._mine:
            own = self._write()
            with Lock(self._turn).held(wait=True):
                others = self._others()
        return merge([own, *others], self._mode)

    def _others(self) -> list[Snapshot]:
        """Return what the others have counted; move the counts of those that are dead now to one file."""
        known, dead = self._dead()
        living: list[Snapshot] = []
        gone: dict[str, Snapshot] = {}
        for path in sorted(self._folder.glob("*.lock")):
            name = path.stem
            if name == self.name:
                continue
            with Lock(path).held(wait=False) as is_dead:
                if name in known:
                    # Whoever has moved it was killed before it could remove it.
                    gone[name] = {}
                    continue
                # Once its end is known: the last that it wrote may be a moment old.
                found = self._load(name)
                if is_dead:
                    gone[name] = found
                else:
                    living.append(found)
        if gone:
            dead = merge([dead, *map(of_the_dead, gone.values())], self._mode)
            # With their names, in one step: so none of them is there twice, or not at all, after a crash.
            self._replace(_DEAD, json.dumps([*gone]).encode() + b"\n" + dump(dead))
            for name in gone:
                for ending in ("json", "part", "lock"):
                    (self._folder / f"{name}.{ending}").unlink(missing_ok=True)
        return [*living, dead]

    def _dead(self) -> tuple[Collection[str], Snapshot]:
        """Return what all dead workers have counted, and the names of the last of them."""
        try:
            names, _, text = (self._folder / _DEAD).read_bytes().partition(b"\n")
            return frozenset(json.loads(names)), load(text)
        except FileNotFoundError:
            return (), {}
        except (OSError, TypeError, ValueError):
            self._tell(_DEAD)
            return (), {}

    def _load(self, name: str) -> Snapshot:
        path = self._folder / f"{name}.json"
        try:
            return load(path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError):
            self._tell(path.name)
            return {}

    def _tell(self, name: str) -> None:
        if name not in self._told:
            self._told.add(name)
            _log.warning("the snapshot %s cannot be read, and is left out", name)

    def _replace(self, name: str, text: bytes) -> None:
        # Of this process alone, and never half of it.
        part = self._folder / f"{self.name}.part"
        with suppress(FileNotFoundError):
            part.unlink()
        part.write_bytes(text)
        part.replace(self._folder / name)
