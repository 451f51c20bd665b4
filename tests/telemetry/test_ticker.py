"""The thread that sends: when it acts, and that nothing stops it."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from flask_baseline.telemetry.ticker import Ticker
from tests.programs import run
from tests.waiting import LIMIT_SECONDS, wait_until

SELDOM = 3600.0


@contextmanager
def ticking(
    act: Callable[[], object], seconds: float = SELDOM, prepare: Callable[[], object] | None = None
) -> Iterator[Ticker]:
    """Run a ticker, which has ended when the block has."""
    ticker = Ticker("baseline-test", act, seconds, prepare)
    ticker.start()
    try:
        yield ticker
    finally:
        ticker.stop()
        assert ticker.join(time.monotonic() + LIMIT_SECONDS)


def test_it_acts_again_and_again() -> None:
    """What it does is done every so many seconds, in one thread that has its name."""
    threads: list[threading.Thread] = []
    with ticking(lambda: threads.append(threading.current_thread()), seconds=0.01):
        wait_until(lambda: len(threads) >= 3)
    assert {thread.name for thread in threads} == {"baseline-test"}
    assert len(set(threads)) == 1


def test_it_acts_when_it_is_woken() -> None:
    """Whoever wakes it does not wait for the time to come."""
    acts: list[int] = []
    with ticking(lambda: acts.append(1)) as ticker:
        ticker.wake()
        wait_until(lambda: acts)
        ticker.wake()
        wait_until(lambda: len(acts) == 2)
    assert len(acts) == 3, "once more at its end"


def test_many_wakes_are_one() -> None:
    """What is woken a hundred times while it acts, acts once more."""
    acting, go_on, acts = threading.Event(), threading.Event(), [0]

    def act() -> None:
        acts[0] += 1
        acting.set()
        go_on.wait(LIMIT_SECONDS)

    with ticking(act) as ticker:
        ticker.wake()
        assert acting.wait(LIMIT_SECONDS)
        for _ in range(100):
            ticker.wake()
        go_on.set()
        wait_until(lambda: acts[0] == 2)
    assert acts[0] == 3, "once more at its end"


def test_a_flush_by_several_threads() -> None:
    """Each flush returns when all has been done that was there before it."""
    todo: deque[int] = deque()
    done: set[int] = set()

    def act() -> None:
        while todo:
            done.add(todo.popleft())

    with ticking(act) as ticker, ThreadPoolExecutor(8) as pool:

        def flush(number: int) -> bool:
            todo.append(number)
            return ticker.flush(LIMIT_SECONDS) and number in done

        assert all(pool.map(flush, range(200)))


def test_a_flush_while_it_acts() -> None:
    """A call that has begun before the flush does not count: it may have missed what is new."""
    acting, go_on, acts = threading.Event(), threading.Event(), [0]

    def act() -> None:
        acts[0] += 1
        acting.set()
        go_on.wait(LIMIT_SECONDS)

    with ticking(act) as ticker, ThreadPoolExecutor(1) as pool:
        ticker.wake()
        assert acting.wait(LIMIT_SECONDS)
        flushed = pool.submit(ticker.flush, LIMIT_SECONDS)
        go_on.set()
        assert flushed.result()
        assert acts[0] == 2


def test_a_flush_of_one_that_hangs() -> None:
    """A flush waits as long as it is told, and says that it was in vain."""
    go_on = threading.Event()
    with ticking(lambda: go_on.wait(LIMIT_SECONDS)) as ticker:
        assert ticker.flush(0.05) is False
        go_on.set()


def test_a_flush_after_the_end() -> None:
    """What has stopped does nothing any more, and a flush says so at once."""
    with ticking(lambda: None) as ticker:
        pass
    assert ticker.flush(LIMIT_SECONDS) is False


def test_a_flush_of_one_that_was_never_started() -> None:
    """A flush starts the thread, so that it can wait no longer than it is told."""
    threads: list[str] = []
    ticker = Ticker("baseline-test", lambda: threads.append(threading.current_thread().name), SELDOM)
    assert ticker.flush(LIMIT_SECONDS)
    assert threads == ["baseline-test"]
    ticker.stop()
    assert ticker.join(time.monotonic() + LIMIT_SECONDS)


def test_the_end_of_one_that_was_never_started() -> None:
    """Its last act is the only one, by whoever waits for it: Python may start no more threads."""
    threads: list[threading.Thread] = []
    ticker = Ticker("baseline-test", lambda: threads.append(threading.current_thread()), SELDOM)
    ticker.stop()
    assert ticker.join(time.monotonic())
    assert threads == [threading.current_thread()]


def test_the_end_does_not_wait_for_what_hangs() -> None:
    """The last act has until the deadline, and no longer."""
    go_on = threading.Event()
    ticker = Ticker("baseline-test", lambda: go_on.wait(LIMIT_SECONDS), SELDOM)
    ticker.start()
    ticker.stop()
    assert ticker.join(time.monotonic() + 0.05) is False
    go_on.set()
    assert ticker.join(time.monotonic() + LIMIT_SECONDS)


def test_it_starts_once() -> None:
    """Threads that start it at the same time start one thread."""
    threads: list[threading.Thread] = []
    ticker = Ticker("baseline-test", lambda: threads.append(threading.current_thread()), SELDOM)
    with ThreadPoolExecutor(8) as pool:
        for started in [pool.submit(ticker.start) for _ in range(50)]:
            started.result()
    ticker.stop()
    assert ticker.join(time.monotonic() + LIMIT_SECONDS)
    assert len(threads) == 1


def test_what_fails_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """An act that raises is logged once with its traceback, and tried again."""
    acts: list[int] = []

    def act() -> None:
        acts.append(1)
        raise RuntimeError("out of order")

    with ticking(act, seconds=0.01):
        wait_until(lambda: len(acts) >= 3)
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("flask_baseline.telemetry", logging.ERROR)
    assert record.getMessage() == "baseline-test failed; it is logged once and tried again"
    assert "out of order" in caplog.text


def test_what_cannot_be_prepared_is_tried_by_the_act() -> None:
    """A preparation that fails is no end of the thread."""
    acts: list[int] = []

    def prepare() -> None:
        raise RuntimeError("not yet")

    with ticking(lambda: acts.append(1), prepare=prepare) as ticker:
        assert ticker.flush(LIMIT_SECONDS)
    assert acts


def test_it_is_prepared_in_its_thread() -> None:
    """What it uses is made in the thread that uses it, before the first act."""
    seen: list[tuple[str, str]] = []

    def note(what: str) -> Callable[[], None]:
        return lambda: seen.append((what, threading.current_thread().name))

    with ticking(note("act"), prepare=note("prepare")) as ticker:
        assert ticker.flush(LIMIT_SECONDS)
    assert seen[:2] == [("prepare", "baseline-test"), ("act", "baseline-test")]


def test_it_knows_its_own_thread() -> None:
    """What it does can find out that the thread is its own, as nobody else can."""
    seen: list[bool] = []
    holder: list[Ticker] = []
    with ticking(lambda: seen.append(holder[0].is_current())) as ticker:
        holder.append(ticker)
        assert ticker.flush(LIMIT_SECONDS)
        assert not ticker.is_current()
    assert all(seen)


@pytest.mark.parametrize(
    ("options", "warns"),
    [
        pytest.param({b"master": True, b"processes": b"2"}, True, id="no-threads"),
        pytest.param({b"enable-threads": True}, False, id="enable-threads"),
        pytest.param({b"threads": b"4"}, False, id="threads"),
        pytest.param({"enable-threads": True}, False, id="as-text"),
    ],
)
def test_a_uwsgi_without_threads(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    options: dict[object, object],
    warns: bool,
) -> None:
    """Where uWSGI lets no thread run, a warning says so, and how to let it."""
    monkeypatch.setitem(sys.modules, "uwsgi", SimpleNamespace(opt=options))  # type: ignore[arg-type]
    with ticking(lambda: None):
        pass
    assert [record.getMessage() for record in caplog.records] == warns * [
        "uWSGI runs no threads, so that telemetry waits until a worker ends. Fix: start it with "
        "--enable-threads."
    ]


WAKE_IN_A_SIGNAL = """
import faulthandler, signal, time
from flask_baseline.telemetry.ticker import Ticker

faulthandler.dump_traceback_later(30, exit=True)
ticker = Ticker("baseline-test", lambda: None, 3600)
ticker.start()
inside = False
rung = 0

def ring(*_):
    global inside, rung
    if not inside:
        inside = True
        ticker.wake()
        rung += 1
        inside = False

signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
while rung < 2000:
    ticker.wake()
signal.setitimer(signal.ITIMER_REAL, 0)
print(ticker.flush(10))
"""


def test_a_wake_in_the_middle_of_a_wake() -> None:
    """A signal handler that logs may wake it while its thread does: neither waits for the other."""
    done = run(WAKE_IN_A_SIGNAL)
    assert (done.stdout, done.returncode, done.stderr) == ("True\n", 0, "")
