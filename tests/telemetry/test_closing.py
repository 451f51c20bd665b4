"""The end of a process: all is sent, side by side, in a bounded time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from flask_baseline.telemetry.closing import close_at_exit, flush_all
from flask_baseline.telemetry.ticker import Ticker
from tests.otlp import receiver
from tests.programs import run
from tests.waiting import LIMIT_SECONDS

TICKERS = """
import os, sys, threading, time
from flask_baseline.telemetry.closing import close_all, close_at_exit, flush_all, seconds_left
from flask_baseline.telemetry.ticker import Ticker

def ticker(name, act, *, start=True):
    made = Ticker(name, act, 3600)
    close_at_exit(made)
    if start:
        made.start()
    return made

def say(text):
    # The standard output of Python is gone when its last threads still run.
    return lambda: os.write(1, f"{text}\\n".encode())
"""


def ended(program: str) -> tuple[int, list[str], str]:
    """Run a program that has tickers; return its exit status, its lines in order, and what it warned of."""
    done = run(TICKERS + program)
    return done.returncode, sorted(done.stdout.splitlines()), done.stderr


def test_everything_acts_once_more() -> None:
    """At its end a process does everything once more, whether it has a thread or not."""
    assert ended("""
kept = [ticker("one", say("one")), ticker("two", say("two"), start=False)]
""") == (0, ["one", "two"], "")


def test_all_end_side_by_side() -> None:
    """Two that need each other to end do end: none waits for another to be done first."""
    assert ended("""
meet = threading.Barrier(2)
kept = [ticker(str(number), lambda: (meet.wait(20), say("met")())) for number in range(2)]
""") == (0, ["met", "met"], "")


def test_what_hangs_is_left_behind_and_named() -> None:
    """What does not end in time is named in one warning, and nothing waits longer; the others have ended."""
    status, lines, warned = ended("""
kept = [ticker("well", say("well"))]
kept += [ticker(f"stuck-{number}", lambda: time.sleep(600)) for number in range(3)]
""")
    assert (status, lines) == (0, ["well"])
    assert warned == (
        "stuck-0, stuck-1, stuck-2 did not end within 2 s, so that telemetry may be lost. Fix: look at the "
        "collector.\n"
    )


def test_what_fails_keeps_nobody_from_ending() -> None:
    """One that raises at the end does not stop the others."""
    status, lines, warned = ended("""
def fail():
    raise RuntimeError("out of order")

kept = [ticker("bad", fail), ticker("worse", fail, start=False), ticker("well", say("well"), start=False)]
""")
    assert (status, lines) == (0, ["well"])
    assert "bad failed" in warned
    assert "worse failed" in warned


def test_twice_is_once() -> None:
    """Closing a second time, as at the end of a process that was closed before, does nothing."""
    assert ended("""
kept = [ticker("one", say("one"))]
close_all()
close_all()
""") == (0, ["one"], "")


def test_what_is_gone_is_not_waited_for() -> None:
    """What nobody has any more does nothing at the end."""
    assert ended("""
kept = ticker("one", say("one"), start=False)
del kept
""") == (0, [], "")


def test_a_child_closes_nothing_of_its_parents() -> None:
    """A child that is forked and ends does not do what its parent has to do, nor wait for it."""
    assert (
        ended("""
kept = [ticker("parent", say(f"parent {os.getpid()}"))]
child = os.fork()
if child == 0:
    sys.exit(7)
say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7)()
""")[1][0]
        == "True"
    )


def test_a_child_closes_its_own() -> None:
    """A child that has something of its own does that alone, once."""
    assert ended("""
kept = [ticker("parent", say("parent"))]
child = os.fork()
if child == 0:
    kept.append(ticker("child", say("child")))
    sys.exit()
os.waitpid(child, 0)
""") == (0, ["child", "parent"], "")


def test_a_child_of_multiprocessing_closes_its_own() -> None:
    """A process of a pool, which Python ends without an end, does what it has to do all the same."""
    assert ended("""
import multiprocessing

def work():
    kept.append(ticker("child", say("child"), start=False))
    kept.append(ticker("child", say("child")))

kept = [ticker("parent", say("parent"))]
process = multiprocessing.get_context("fork").Process(target=work)
process.start()
process.join()
""") == (0, ["child", "child", "parent"], "")


def test_how_much_time_is_left() -> None:
    """Who acts at the end knows how long it has; before that there is no limit."""
    status, lines, _ = ended("""
say(seconds_left())()
kept = [ticker("one", lambda: say(0 < seconds_left() <= 2)(), start=False)]
""")
    assert (status, lines) == (0, ["None", "True"])


@contextmanager
def opened(*acts: Callable[[], object], is_started: bool = True) -> Iterator[list[Ticker]]:
    """Have a ticker for each of *acts*, which this process is to close."""
    tickers = [Ticker(f"baseline-{number}", act, 3600.0) for number, act in enumerate(acts)]
    for ticker in tickers:
        close_at_exit(ticker)
        if is_started:
            ticker.start()
    yield tickers


@pytest.mark.parametrize("is_started", [True, False], ids=["started", "not-started"])
def test_a_flush_of_all(is_started: bool) -> None:
    """A flush does everything side by side, and once more the next time: the process goes on."""
    meet = threading.Barrier(2)
    met: list[int] = []

    def act() -> None:
        meet.wait(LIMIT_SECONDS)
        met.append(1)

    with opened(act, act, is_started=is_started) as tickers:
        flush_all()
        assert len(met) == 2
        flush_all()
        assert len(met) == 4
        assert all(ticker.is_started for ticker in tickers)


def test_a_flush_of_what_hangs(caplog: pytest.LogCaptureFixture) -> None:
    """A flush waits as long as the end of a process does, and names what was late."""
    go_on = threading.Event()
    well: list[int] = []
    with opened(lambda: go_on.wait(LIMIT_SECONDS), lambda: well.append(1)):
        flush_all()
        go_on.set()
    assert well == [1]
    assert [record.getMessage() for record in caplog.records] == [
        "baseline-0 did not end within 2 s, so that telemetry may be lost. Fix: look at the collector."
    ]


def test_an_end_after_a_flush_in_vain() -> None:
    """A server that has flushed in vain and ends then does not wait, nor warn, a second time."""
    status, lines, warned = ended("""
kept = [ticker("stuck", lambda: time.sleep(600))]
flush_all()
begin = time.monotonic()
import atexit
# It runs before those that were there first.
atexit.register(lambda: None)
close_all()
say(time.monotonic() - begin < 1.5)()
""")
    assert (status, lines, warned.count("did not end")) == (0, ["True"], 1)


SERVED = """
import time
from flask import Flask
from flask_baseline import Baseline

app = Flask("shop")
Baseline(app)
app.test_client().get("/", buffered=True)
"""


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_process_that_has_served(protocol: str) -> None:
    """A process whose app has answered sends its spans, metrics and events at its end, all of them once."""
    with receiver() as collector:
        env = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.grpc_url if protocol == "grpc" else collector.http_url,
            "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
            "BASELINE_LOGGING_EXPORTER": "otlp",
        }
        done = run(SERVED, env)
        assert (done.returncode, done.stderr) == (0, "")
        assert [span.name for span in collector.spans()] == ["GET"]
        assert [log.body for log in collector.logs()] == ["http.server.request"]
        assert collector.total("http.server.request.duration") == 1


@pytest.mark.parametrize("protocol", ["http/protobuf", "grpc"])
def test_a_collector_that_hangs_at_the_end(protocol: str) -> None:
    """The process ends with status 0 while the collector still holds its exports, and one warning says so."""
    with receiver("hang") as collector:
        env = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.grpc_url if protocol == "grpc" else collector.http_url,
            "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        }
        done = run(SERVED, env, seconds=LIMIT_SECONDS)
        assert done.returncode == 0
        assert done.stdout.count("did not end within 2 s") == 1
        assert "Traceback" not in done.stderr
        assert collector.requests >= 2


def test_the_deadline_is_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that hang are waited for no longer than one."""
    go_on = threading.Event()
    with opened(*[lambda: go_on.wait(LIMIT_SECONDS)] * 2) as tickers:
        deadline = time.monotonic() + 0.2
        for ticker in tickers:
            ticker.stop()
        assert [ticker.join(deadline) for ticker in tickers] == [False, False]
        assert not any(ticker.join(time.monotonic()) for ticker in tickers)
        go_on.set()
