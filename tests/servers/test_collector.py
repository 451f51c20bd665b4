"""Spans and metrics of every server reach a collector: each once, and counted as often as it happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.otlp import receiver

from .server import Server, asgi, gunicorn, uwsgi
from .shop import APP, DURATION, Protocol, assert_spans, instances, push_to, send, send_to_all

Start = Callable[..., AbstractContextManager[Server]]


def _gunicorn(worker: str, *args: str) -> Callable[..., AbstractContextManager[Server]]:
    def start(folder: Path, env: dict[str, str]) -> AbstractContextManager[Server]:
        return gunicorn(folder, APP, "-w", "2", "-k", worker, *args, env=env)

    return start


def _uwsgi(*args: str) -> Start:
    return lambda folder, env: uwsgi(folder, APP, *args, env=env)


def _asgi(name: str, *args: str) -> Start:
    return lambda folder, env: asgi(folder, APP, name, *args, env=env)  # type: ignore[arg-type]


GUNICORN = {
    "sync": ("sync",),
    "sync-preload": ("sync", "--preload"),
    "gthread": ("gthread", "--threads", "4"),
    "gthread-preload": ("gthread", "--threads", "4", "--preload"),
    "gevent": ("gevent",),
    "gevent-preload": ("gevent", "--preload"),
}


@pytest.mark.parametrize(
    ("start", "workers", "imports", "protocol"),
    [
        *(
            pytest.param(
                _gunicorn(*args), 2, 1 if "--preload" in args else 2, protocol, id=f"{name}-{protocol}"
            )
            for name, args in GUNICORN.items()
            for protocol in ("http", "grpc")
        ),
        # The master of uWSGI does not run Python's exit, at which it would send what it has counted.
        pytest.param(_uwsgi(), 2, 0, "http", id="uwsgi"),
        pytest.param(_uwsgi("--lazy-apps"), 2, 2, "grpc", id="uwsgi-lazy"),
        pytest.param(_asgi("uvicorn"), 1, 1, "http", id="uvicorn"),
        pytest.param(_asgi("uvicorn", "--workers", "2"), 2, 2, "grpc", id="uvicorn-workers"),
        pytest.param(_asgi("hypercorn", "-w", "2"), 2, 2, "http", id="hypercorn-workers"),
    ],
)
def test_everything_arrives_once(
    tmp_path: Path, start: Start, workers: int, imports: int, protocol: Protocol
) -> None:
    """Each request is one span and one count, while the server runs and at its end."""
    with receiver() as collector:
        with start(tmp_path, push_to(collector, protocol, seconds=0.3)) as server:
            sent = send_to_all(server, 40, workers)
            server.wait_until(lambda: collector.total(DURATION) == len(sent))
            server.wait_until(lambda: len(collector.spans()) == 2 * len(sent))
            sent += send(server, 20)
            if start.__qualname__.startswith("_uwsgi"):
                # It runs no exit of Python's in a worker that it takes for busy still.
                time.sleep(0.3)
            server.stop()
        assert_spans(collector, sent)
        assert collector.total(DURATION) == len(sent)
        assert collector.total("shop.orders") == len(sent)
        assert collector.total("shop.imports") == imports
        assert len(set(instances(collector).values())) == workers
        assert collector.corrupt == 0
        assert "Traceback" not in server.output
