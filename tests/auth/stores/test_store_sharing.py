"""Token stores that many threads and processes ask at the same time."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest

from flask_baseline.auth.store import Rotation, TokenStore

from .conftest import SHARED, Clock, Open

THREADS, PROCESSES = 8, 4
DAY, GRACE = 86_400.0, 10.0

_T = TypeVar("_T")

each_shared = pytest.mark.parametrize("open_store", SHARED, indirect=True)
forking = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def _at_once(work: Callable[[], _T], count: int = THREADS) -> list[_T]:
    """Return what as many threads get that start together."""
    barrier = Barrier(count)

    def run(_number: int) -> _T:
        barrier.wait(30)
        return work()

    with ThreadPoolExecutor(count) as pool:
        return [*pool.map(run, range(count))]


def _put(work: Callable[[], object], start: Any, results: Any) -> None:
    start.wait(30)
    try:
        results.put(_at_once(work, 2))
    except Exception as error:
        results.put([repr(error)])


def _in_processes(work: Callable[[], object]) -> list[Any]:
    """Return what two threads of each of several forked processes get that start together."""
    fork = multiprocessing.get_context("fork")
    start, results = fork.Barrier(PROCESSES), fork.Queue()
    children = [fork.Process(target=_put, args=(work, start, results)) for _ in range(PROCESSES)]
    for child in children:
        child.start()
    found = [each for _ in children for each in results.get(timeout=60)]
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0] * PROCESSES
    return found


def test_threads(store: TokenStore, clock: Clock) -> None:
    """Of threads that present one refresh token at the same time one advances, the others get grace."""
    store.open_session("session", "ann", clock.now + DAY)
    for generation in range(3):
        found = Counter(
            _at_once(lambda generation=generation: store.rotate("session", "ann", generation, GRACE))  # type: ignore[misc]
        )
        assert found == {Rotation.ADVANCED: 1, Rotation.IN_GRACE: THREADS - 1}
    assert Counter(_at_once(lambda: store.seen_once("kind", "value", clock.now + 60))) == {
        True: 1,
        False: THREADS - 1,
    }


@each_shared
@forking
def test_processes(store: TokenStore, clock: Clock) -> None:
    """Of forked processes that present one refresh token at the same time one advances."""
    # So that the children inherit a connection which they must not use.
    store.open_session("session", "ann", clock.now + DAY)

    found = Counter(_in_processes(lambda: store.rotate("session", "ann", 0, GRACE)))

    assert found == {Rotation.ADVANCED: 1, Rotation.IN_GRACE: 2 * PROCESSES - 1}
    assert store.rotate("session", "ann", 1, GRACE) is Rotation.ADVANCED


@each_shared
@forking
def test_the_first_use(store: TokenStore, clock: Clock) -> None:
    """Processes that are the first to use a store do so at the same time, though its tables must be made."""
    found = Counter(_in_processes(lambda: store.seen_once("kind", "value", clock.now + 60)))
    assert found == {True: 1, False: 2 * PROCESSES - 1}


@forking
def test_memory_after_a_fork(clock: Clock) -> None:
    """A child has what its parent had, and can use it, though a thread of the parent was writing."""
    from flask_baseline.auth.stores.memory import MemoryStore

    store = MemoryStore(clock=clock)
    store.open_session("session", "ann", clock.now + DAY)
    with store._lock():
        found = Counter(_in_processes(lambda: store.rotate("session", "ann", 0, GRACE)))
    assert found == {Rotation.ADVANCED: PROCESSES, Rotation.IN_GRACE: PROCESSES}
    assert store.rotate("session", "ann", 0, GRACE) is Rotation.ADVANCED


@each_shared
def test_namespaces(open_store: Open, clock: Clock) -> None:
    """Who has the same namespace shares all, and who has another nothing."""
    one, same, other = open_store("shop"), open_store("shop"), open_store("sho}p")
    one.open_session("session", "ann", clock.now + DAY)
    other.open_session("session", "ann", clock.now + DAY)
    one.revoke_token("t", clock.now + 60)
    assert same.revoked("t", "session", "ann", clock.now)
    assert not other.revoked("t", "session", "ann", clock.now)
    same.end_subject("ann", clock.now + DAY)
    assert one.revoked("u", "session", "ann", clock.now)
    assert not other.revoked("u", "session", "ann", clock.now)
    assert one.seen_once("kind", "value", clock.now + 60)
    assert not same.seen_once("kind", "value", clock.now + 60)
    assert other.seen_once("kind", "value", clock.now + 60)
