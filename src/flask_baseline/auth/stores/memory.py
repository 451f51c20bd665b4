"""Tokens in the memory of one process: for development and tests."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from itertools import count
from os import getpid
from threading import Lock
from time import time
from typing import NamedTuple

from ..store import KEEP_LONGER, Rotation

_PRUNE_EVERY = 1000


class _Session(NamedTuple):
    subject: str
    generation: int
    rotated: float
    until: float


class MemoryStore:
    """A `TokenStore` that forgets the oldest beyond *size* sessions, and beyond as many other records.

    A forked child has what its parent had, and shares nothing more.
    """

    def __init__(self, size: int = 50_000, clock: Callable[[], float] = time) -> None:
        self._size = size
        self._clock = clock
        self._locks: dict[int, Lock] = {}
        self._writes = count(1)
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._marks: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._subjects: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def revoked(self, token_id: str | None, session_id: str | None, subject: str, issued_at: float) -> bool:
        """Whether an access token no longer counts. It takes no lock: each look is one step."""
        if token_id is not None and ("token", token_id) in self._marks:
            return True
        if session_id is not None:
            found = self._sessions.get(session_id)
            return found is None or found.subject != subject or found.until <= self._clock()
        ended = self._subjects.get(subject)
        return ended is not None and issued_at < ended[0]

    def revoke_token(self, token_id: str, until: float) -> None:
        """Let one token no longer count."""
        with self._lock():
            self._marks[("token", token_id)] = until + KEEP_LONGER
            self._make_room()

    def open_session(self, session_id: str, subject: str, until: float) -> None:
        """Begin a session."""
        with self._lock():
            self._sessions[session_id] = _Session(subject, 0, 0.0, until)
            self._make_room()

    def rotate(self, session_id: str, subject: str, generation: int, grace: float) -> Rotation:
        """Use the refresh token of *generation*."""
        with self._lock():
            now, found = self._clock(), self._sessions.get(session_id)
            if found is None or found.subject != subject or found.until <= now:
                return Rotation.ENDED
            if generation == found.generation:
                self._sessions[session_id] = found._replace(generation=generation + 1, rotated=now)
                return Rotation.ADVANCED
            if generation == found.generation - 1 and now - found.rotated <= grace:
                return Rotation.IN_GRACE
            del self._sessions[session_id]
            return Rotation.REUSED

    def end_session(self, session_id: str) -> None:
        """Log out."""
        with self._lock():
            self._sessions.pop(session_id, None)

    def end_subject(self, subject: str, until: float) -> None:
        """Log out everywhere."""
        with self._lock():
            for session_id in [key for key, found in self._sessions.items() if found.subject == subject]:
                del self._sessions[session_id]
            _, kept = self._subjects.get(subject, (0.0, 0.0))
            self._subjects[subject] = (self._clock(), max(kept, until + KEEP_LONGER))
            self._make_room()

    def seen_once(self, kind: str, value: str, until: float) -> bool:
        """Whether *value* comes for the first time."""
        key = (f"seen {kind}", value)
        with self._lock():
            if self._marks.get(key, 0.0) > self._clock():
                return False
            self._marks[key] = until + KEEP_LONGER
            self._make_room()
            return True

    def prune(self) -> None:
        """Forget all that is over."""
        with self._lock():
            self._prune()

    def check(self) -> None:
        """Memory can always be asked."""

    def _lock(self) -> Lock:
        # In a forked child a thread that is not there may hold the one of the parent.
        return self._locks.get(getpid()) or self._locks.setdefault(getpid(), Lock())

    def _make_room(self) -> None:
        if next(self._writes) % _PRUNE_EVERY == 0:
            self._prune()
        for records in (self._sessions, self._marks, self._subjects):
            while len(records) > self._size:
                records.popitem(last=False)

    def _prune(self) -> None:
        now = self._clock()
        for session_id in [key for key, found in self._sessions.items() if found.until <= now]:
            del self._sessions[session_id]
        for mark in [key for key, until in self._marks.items() if until <= now]:
            del self._marks[mark]
        for subject in [key for key, (_, until) in self._subjects.items() if until <= now]:
            del self._subjects[subject]
