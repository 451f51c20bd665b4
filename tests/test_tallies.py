"""Counts of what our own parts could not do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from flask_baseline._tallies import DROPPED, FAILED_EXPORTS, Tallies

from .programs import run


def test_counts_by_kind() -> None:
    """What is counted adds up by kind, and what is counted elsewhere is not in it."""
    tallies = Tallies()
    assert tallies.add(DROPPED, "traces") == 1
    assert tallies.add(DROPPED, "traces", 4) == 5
    assert tallies.add(DROPPED, "logs") == 1
    assert tallies.add(FAILED_EXPORTS, "traces") == 1
    assert tallies.of(DROPPED) == {"traces": 5, "logs": 1}
    assert tallies.of(FAILED_EXPORTS) == {"traces": 1}


def test_what_is_expected_is_zero() -> None:
    """A count that is expected is there before anything is counted, and is not set back."""
    tallies = Tallies()
    tallies.expect(DROPPED, "traces")
    assert tallies.of(DROPPED) == {"traces": 0}
    tallies.add(DROPPED, "traces")
    tallies.expect(DROPPED, "traces")
    assert tallies.of(DROPPED) == {"traces": 1}
    assert tallies.of(FAILED_EXPORTS) == {}


def test_two_apps_count_for_themselves() -> None:
    """What one app counts is not in the counts of another."""
    shop, stock = Tallies(), Tallies()
    shop.add(DROPPED, "traces")
    assert stock.of(DROPPED) == {}


def test_threads() -> None:
    """Threads that count at the same time lose nothing, and each gets a number of its own."""
    tallies = Tallies()
    with ThreadPoolExecutor(8) as pool:
        numbers = [*pool.map(lambda _: tallies.add(DROPPED, "traces"), range(4_000))]
    assert sorted(numbers) == [*range(1, 4_001)]


FORKS = """
import os, threading, time
from flask_baseline._tallies import DROPPED, Tallies

tallies = Tallies()
tallies.expect(DROPPED, "logs")
is_over = threading.Event()

def count_on():
    while not is_over.is_set():
        tallies.add(DROPPED, "traces")
        # The others need their turn, on a busy machine too.
        time.sleep(0)

counting = [threading.Thread(target=count_on) for _ in range(2)]
for thread in counting:
    thread.start()
for _ in range(20):
    child = os.fork()
    if child == 0:
        is_zero = tallies.of(DROPPED) == {"logs": 0}
        for _ in range(4):
            tallies.add(DROPPED, "spans")
        os._exit(0 if is_zero and tallies.of(DROPPED) == {"logs": 0, "spans": 4} else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
is_over.set()
for thread in counting:
    thread.join()
print(tallies.of(DROPPED)["traces"] > 0)
"""


def test_a_fork_while_others_count() -> None:
    """A child begins at zero, though its parent was in the middle of a count, and loses none of its own."""
    done = run(FORKS)
    assert (done.stdout, done.stderr) == ("True\n", "")
