"""Counts in memory: bounded, without threads, apart in each process."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from os import getpid
from time import monotonic
from typing import Any

import pytest

from flask_baseline.ratelimit.memory import MemoryStore
from flask_baseline.ratelimit.texts import limit_of

HOUR = limit_of("1/hour")


def kept(store: MemoryStore) -> int:
    """Return how many windows *store* keeps, which nothing else shows."""
    return sum(len(shelf) for process in store._processes.values() for shelf in process.shelves.values())


def test_many_clients() -> None:
    """An attack from many addresses does not fill the memory: the oldest windows are forgotten."""
    store = MemoryStore(size=100)
    assert not store.hit(HOUR, "view", "first").is_exceeded

    for number in range(1_000):
        store.hit(HOUR, "view", str(number))

    assert kept(store) == 100
    assert store.hit(HOUR, "view", "999").is_exceeded
    assert not store.hit(HOUR, "view", "first").is_exceeded


def test_a_client_that_hammers_is_not_forgotten() -> None:
    """A client that is refused in each new window is kept longer than those that are gone."""
    now = [0.0]
    store, limit = MemoryStore(size=10, clock=lambda: now[0]), limit_of("1/second")
    for second in range(20):
        now[0] = second + 0.5
        store.hit(limit, "view", "hammer")
        for number in range(5):
            store.hit(limit, "view", f"{second}-{number}")

    assert store.hit(limit, "view", "hammer").is_exceeded


def test_clients_that_are_gone() -> None:
    """The windows of clients that are gone make room for those that come, long before the bound."""
    now = [0.0]
    store, limit = MemoryStore(clock=lambda: now[0]), limit_of("5/minute")
    for number in range(1_000):
        now[0] += 1.0
        store.hit(limit, "view", str(number))

    assert kept(store) <= 122


def _served(store: MemoryStore, start: threading.Barrier) -> int:
    limit = limit_of("5/hour")
    start.wait(30)
    return sum(not store.hit(limit, "view", "client").is_exceeded for _ in range(3))


def test_threads_do_not_pass_the_limit() -> None:
    """Exactly as many requests are served as the limit allows, however threads take turns."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            for _ in range(30):
                store, start = MemoryStore(), threading.Barrier(8)
                served = [pool.submit(_served, store, start) for _ in range(8)]
                assert sum(future.result(30) for future in served) == 5
    finally:
        sys.setswitchinterval(interval)


def _hit_in_child(store: MemoryStore, results: Any) -> None:
    results.put([store.hit(HOUR, "view", "client").is_exceeded for _ in range(2)])


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_while_another_thread_counts() -> None:
    """A forked process counts for itself, also when a thread was counting at the fork."""
    parent, counting, go_on = getpid(), threading.Event(), threading.Event()

    def clock() -> float:
        if getpid() == parent and threading.current_thread() is not threading.main_thread():
            counting.set()
            assert go_on.wait(60)
        return monotonic()

    store = MemoryStore(clock=clock)
    thread = threading.Thread(target=store.hit, args=(HOUR, "view", "client"))
    thread.start()
    assert counting.wait(30)
    fork = multiprocessing.get_context("fork")
    results = fork.Queue()
    child = fork.Process(target=_hit_in_child, args=(store, results))
    child.start()
    try:
        assert results.get(timeout=30) == [False, True]
    finally:
        go_on.set()
        thread.join()
        child.join()

    assert store.hit(HOUR, "view", "client").is_exceeded


_SERVED = """
import sys, threading
from flask import Flask
from flask_baseline import Baseline

app = Flask("shop")
app.config.update(BASELINE_PROFILE="test", BASELINE_RATELIMIT_ENABLED=True)
app.config["BASELINE_RATELIMIT_DEFAULT"] = "1/hour"
Baseline(app)
app.add_url_rule("/", "index", lambda: "index")
print([app.test_client().get("/").status_code for _ in range(2)])
print(threading.active_count(), "limits" in sys.modules, "redis" in sys.modules)
"""


def test_nothing_runs_beside() -> None:
    """In memory no thread is started, no library is imported, and nothing holds up the end of the process."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", _SERVED],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[-1] == "1 False False"
    assert "[200, 429]" in ran.stdout
