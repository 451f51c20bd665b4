"""The queue to the collector: nobody waits for it, and it has an end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from flask_baseline._tallies import DROPPED, FAILED_EXPORTS, Tallies
from flask_baseline.telemetry.outbox import Limits, Outbox
from flask_baseline.telemetry.sending import Sending
from tests.programs import run
from tests.waiting import LIMIT_SECONDS, wait_until

from .exporters import Exporter, always

SELDOM = 3600.0


@contextmanager
def sending_by(exporter: Exporter, tallies: Tallies, limits: Limits) -> Iterator[Outbox]:
    """Run an outbox, which has sent everything when the block has ended."""
    outbox = Outbox("traces", Sending("traces", always(exporter), tallies), limits, tallies)
    outbox.ticker.start()
    try:
        yield outbox
    finally:
        exporter.go_on.set()
        outbox.ticker.stop()
        assert outbox.ticker.join(time.monotonic() + LIMIT_SECONDS)


def test_a_full_batch_is_sent_at_once() -> None:
    """What is a batch does not wait for the time to come; what is less does."""
    exporter = Exporter()
    with sending_by(exporter, Tallies(), Limits(queue=100, batch=3, seconds=SELDOM)) as outbox:
        outbox.put(1)
        outbox.put(2)
        assert not exporter.batches
        outbox.put(3)
        wait_until(lambda: exporter.batches)
        assert exporter.batches == [[1, 2, 3]]


def test_what_is_less_than_a_batch_is_sent_in_time() -> None:
    """An item waits for others no longer than it is told."""
    exporter = Exporter()
    with sending_by(exporter, Tallies(), Limits(queue=100, batch=50, seconds=0.01)) as outbox:
        outbox.put(1)
        wait_until(lambda: exporter.batches)
    assert exporter.items == [1]


def test_the_order_and_the_size_of_batches() -> None:
    """Items are sent in the order in which they came; no batch is larger than it may be, or empty."""
    exporter = Exporter()
    with sending_by(exporter, Tallies(), Limits(queue=100, batch=10, seconds=SELDOM)) as outbox:
        for number in range(95):
            outbox.put(number)
    assert exporter.items == [*range(95)]
    assert all(1 <= len(batch) <= 10 for batch in exporter.batches)


def test_nothing_is_sent_where_nothing_waits() -> None:
    """A collector hears nothing of an app that does nothing."""
    exporter = Exporter()
    with sending_by(exporter, Tallies(), Limits(seconds=0.01)) as outbox:
        assert outbox.ticker.flush(LIMIT_SECONDS)
        assert outbox.ticker.flush(LIMIT_SECONDS)
    assert not exporter.batches


def test_what_does_not_fit_is_dropped_and_counted() -> None:
    """While an export hangs, the queue fills up to its limit; what comes then is dropped and counted."""
    exporter, tallies = Exporter(holds=True), Tallies()
    with sending_by(exporter, tallies, Limits(queue=5, batch=1, seconds=SELDOM)) as outbox:
        outbox.put("first")
        assert exporter.began.wait(LIMIT_SECONDS)
        for number in range(12):
            outbox.put(number)
        assert tallies.of(DROPPED) == {"traces": 7}
    assert exporter.items == ["first", 0, 1, 2, 3, 4]
    assert tallies.of(FAILED_EXPORTS) == {}


def test_every_item_of_many_threads_is_sent_once() -> None:
    """Threads that put at the same time lose nothing, and nothing is sent twice."""
    exporter, tallies = Exporter(), Tallies()
    limits = Limits(queue=100_000, batch=64, seconds=SELDOM)
    with sending_by(exporter, tallies, limits) as outbox, ThreadPoolExecutor(8) as pool:
        for putting in [pool.submit(outbox.put, number) for number in range(5_000)]:
            putting.result()
    assert sorted(exporter.items) == [*range(5_000)]
    assert tallies.of(DROPPED) == {}


def test_a_flush_while_others_put() -> None:
    """A flush sends what was there before it, and returns although more comes in all the time."""
    exporter = Exporter()
    is_over = threading.Event()
    with sending_by(exporter, Tallies(), Limits(queue=1_000_000, batch=8, seconds=SELDOM)) as outbox:

        def put_on() -> None:
            while not is_over.is_set():
                outbox.put("more")

        with ThreadPoolExecutor(1) as pool:
            putting = pool.submit(put_on)
            try:
                outbox.put("mine")
                assert outbox.ticker.flush(LIMIT_SECONDS)
                assert "mine" in exporter.items
            finally:
                is_over.set()
            putting.result()


def test_a_batch_that_fails_does_not_come_again() -> None:
    """What the collector does not take is lost and counted, and the next batch is tried."""
    exporter, tallies = Exporter(raises=OSError("refused")), Tallies()
    with sending_by(exporter, tallies, Limits(queue=100, batch=2, seconds=SELDOM)) as outbox:
        for number in range(4):
            outbox.put(number)
        assert outbox.ticker.flush(LIMIT_SECONDS)
        exporter.raises = None
        outbox.put("next")
    assert exporter.items == [0, 1, 2, 3, "next"]
    assert tallies.of(DROPPED) == {"traces": 4}


IN_A_SIGNAL = """
import faulthandler, signal
from flask_baseline._tallies import DROPPED, Tallies
from flask_baseline.telemetry.outbox import Limits, Outbox
from flask_baseline.telemetry.sending import Sending

faulthandler.dump_traceback_later(30, exit=True)
tallies = Tallies()
outbox = Outbox("traces", Sending("traces", object, tallies), Limits(queue=1, batch=1), tallies)
inside = False
rung = 0

def ring(*_):
    global inside, rung
    if not inside:
        inside = True
        outbox.put("signal")
        rung += 1
        inside = False

signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
while rung < 2000:
    outbox.put("main")
signal.setitimer(signal.ITIMER_REAL, 0)
print(tallies.of(DROPPED)["traces"] > 2000)
import os
os._exit(0)
"""


def test_a_put_in_the_middle_of_a_put() -> None:
    """A signal handler that logs while its thread counts a drop does not wait for itself."""
    done = run(IN_A_SIGNAL)
    assert done.returncode == 0, done.stderr[-2000:]
