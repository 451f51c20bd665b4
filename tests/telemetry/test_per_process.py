"""One thing for each process: made once by many threads, and anew after a fork."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from flask_baseline.telemetry.per_process import PerProcess
from tests.programs import run
from tests.waiting import LIMIT_SECONDS


def test_threads_at_once_make_one() -> None:
    """Threads that ask at the same time get the same thing, which is made once."""
    made: list[object] = []
    at_once = threading.Barrier(16)

    def make() -> object:
        made.append(object())
        return made[-1]

    here = PerProcess(make)

    def ask(_: int) -> object:
        at_once.wait(LIMIT_SECONDS)
        return here.get()

    with ThreadPoolExecutor(16) as pool:
        assert {*pool.map(ask, range(16))} == {*made}
    assert len(made) == 1


def test_it_is_made_when_it_is_needed() -> None:
    """Nothing is made before somebody asks."""
    here = PerProcess(object)
    assert here.made() is None
    assert here.get() is here.made()


def test_what_cannot_be_made_is_tried_again() -> None:
    """A failure reaches whoever has asked, and the next one tries anew."""
    tries: list[int] = []

    def make() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("not yet")
        return len(tries)

    here = PerProcess(make)
    with pytest.raises(OSError, match="not yet"):
        here.get()
    assert here.get() == 2


FORKS = """
import os, threading
from flask_baseline.telemetry.per_process import PerProcess

here = PerProcess(lambda: [os.getpid()])
mine = here.get()
child = os.fork()
if child == 0:
    assert here.made() is None
    theirs = here.get()
    assert theirs == [os.getpid()] and here.get() is theirs and here.made() is theirs
    grandchild = os.fork()
    if grandchild == 0:
        os._exit(0 if here.get() == [os.getpid()] else 1)
    os._exit(os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]))
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), here.get() is mine)
"""


def test_a_fork_gets_its_own() -> None:
    """A child has none of its parent's, nor a grandchild of the child's; the parent keeps its own."""
    done = run(FORKS)
    assert (done.stdout, done.stderr) == ("0 True\n", "")


FORKS_IN_THE_MIDDLE = """
import os, threading
from flask_baseline.telemetry.per_process import PerProcess

parent = os.getpid()
making, go_on = threading.Event(), threading.Event()

def make():
    if os.getpid() == parent:
        making.set()
        go_on.wait(30)
    return os.getpid()

for _ in range(20):
    making.clear()
    go_on.clear()
    here = PerProcess(make)
    thread = threading.Thread(target=here.get)
    thread.start()
    making.wait(30)
    child = os.fork()
    if child == 0:
        os._exit(0 if here.get() == os.getpid() else 1)
    go_on.set()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    thread.join()
    assert here.get() == parent
print("done")
"""


def test_a_fork_while_another_thread_makes_it() -> None:
    """A child whose parent was in the middle of it makes its own, and does not wait."""
    done = run(FORKS_IN_THE_MIDDLE)
    assert (done.stdout, done.stderr) == ("done\n", "")
