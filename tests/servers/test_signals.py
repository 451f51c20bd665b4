"""However a server or a worker is told to end, what it has gathered is sent."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.otlp import receiver

from .server import gunicorn
from .shop import APP, DURATION, Protocol, assert_spans, push_to, send_to_all

# Nobody exports before the end.
NEVER = 60

WORKERS = pytest.mark.parametrize(
    "worker",
    [("-k", "sync"), ("-k", "gthread", "--threads", "4"), ("-k", "gevent")],
    ids=lambda args: args[1],
)


@pytest.mark.parametrize(
    ("number", "worker", "protocol"),
    [
        (signal.SIGTERM, "sync", "http"),
        (signal.SIGTERM, "gevent", "grpc"),
        (signal.SIGINT, "gthread", "grpc"),
        (signal.SIGINT, "gevent", "http"),
        (signal.SIGQUIT, "sync", "grpc"),
        (signal.SIGQUIT, "gthread", "http"),
    ],
)
def test_the_master_is_told(tmp_path: Path, number: signal.Signals, worker: str, protocol: Protocol) -> None:
    """Each signal that stops gunicorn lets its workers send every span and count first."""
    with receiver() as collector:
        env = push_to(collector, protocol, seconds=NEVER)
        with gunicorn(tmp_path, APP, "-w", "2", "-k", worker, env=env) as server:
            sent = send_to_all(server, 40, workers=2)
            assert collector.spans() == []
            server.signal(number)
            server.exit_status()
        assert_spans(collector, sent)
        assert collector.total(DURATION) == collector.total("shop.orders") == len(sent)


@WORKERS
def test_a_worker_is_aborted(tmp_path: Path, worker: tuple[str, ...]) -> None:
    """A worker that gunicorn aborts, as it does after a time-out, sends what it has."""
    with receiver() as collector:
        env = push_to(collector, seconds=NEVER)
        with gunicorn(tmp_path, APP, "-w", "2", *worker, env=env) as server:
            sent = send_to_all(server, 40, workers=2)
            for pid in {each.pid for each in sent}:
                os.kill(pid, signal.SIGABRT)
            server.wait_until(lambda: collector.total(DURATION) == len(sent))
            server.wait_until(lambda: len(collector.spans()) == 2 * len(sent))
        assert_spans(collector, sent)


@WORKERS
def test_workers_are_recycled(tmp_path: Path, worker: tuple[str, ...]) -> None:
    """A worker that has served its number of requests sends what it has before the next takes its place."""
    # gunicorn forgets a signal to a worker that has only just been forked, and kills it after its patience.
    args = ("--max-requests", "25", "--max-requests-jitter", "5", "--graceful-timeout", "6")
    with receiver() as collector:
        env = push_to(collector, seconds=NEVER)
        with gunicorn(tmp_path, APP, "-w", "2", *worker, *args, env=env) as server:
            # Until a third process has answered.
            sent = send_to_all(server, 60, workers=3)
            server.stop()
        assert_spans(collector, sent)
        assert collector.total(DURATION) == collector.total("shop.orders") == len(sent)
