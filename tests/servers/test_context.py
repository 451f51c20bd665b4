"""Many requests at once, in threads, greenlets and under ASGI: nothing of one shows in another."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests.otlp import receiver

from .server import Server, asgi, gunicorn
from .shop import push_to

REQUESTS = 120

APP = """
import time
from threading import Thread
import structlog
from flask import Flask, request
from opentelemetry import trace
from flask_baseline import Baseline

tracer = trace.get_tracer("shop")
app = Flask("shop")
Baseline(app)

def say(what):
    with tracer.start_as_current_span(what):
        time.sleep(0.02)
        structlog.get_logger().info(what)

@app.get("/<me>")
def index(me):
    structlog.contextvars.bind_contextvars(customer=me)
    time.sleep(0.05)
    say("in the view")
    for work in (Baseline.propagate(say),):
        START
    return {"span": f"{trace.get_current_span().get_span_context().span_id:016x}"}
"""

IN_THREAD = "thread = Thread(target=work, args=['elsewhere']); thread.start(); thread.join()"
IN_GREENLET = "import gevent; gevent.spawn(work, 'elsewhere').join()"

Run = Callable[..., AbstractContextManager[Server]]


@pytest.mark.parametrize(
    ("run", "args", "start"),
    [
        pytest.param(gunicorn, ("-w", "1", "--threads", "40"), IN_THREAD, id="gthread"),
        pytest.param(gunicorn, ("-w", "1", "-k", "gevent"), IN_THREAD, id="gevent"),
        pytest.param(gunicorn, ("-w", "1", "-k", "gevent", "--preload"), IN_GREENLET, id="gevent.spawn"),
        pytest.param(asgi, ("uvicorn",), IN_THREAD, id="uvicorn"),
        pytest.param(asgi, ("hypercorn",), IN_THREAD, id="hypercorn"),
    ],
)
def test_nothing_is_mixed(tmp_path: Path, run: Run, args: tuple[str, ...], start: str) -> None:
    """Trace, request id and bound fields are the request's own, in its threads and greenlets too."""
    mine = {f"me-{number}": (secrets.token_hex(16), secrets.token_hex(8)) for number in range(REQUESTS)}

    def ask(me: str) -> str:
        trace_id, parent_id = mine[me]
        headers = {"X-Request-ID": me, "traceparent": f"00-{trace_id}-{parent_id}-01"}
        answer = server.get(f"/{me}", headers)
        assert answer.headers["X-Request-ID"] == me
        span_id: str = json.loads(answer.body)["span"]
        return span_id

    with receiver() as collector:
        with (
            run(tmp_path, APP.replace("START", start), *args, env=push_to(collector)) as server,
            ThreadPoolExecutor(REQUESTS) as pool,
        ):
            served = dict(zip(mine, pool.map(ask, mine), strict=True))
            server.stop()
        spans = collector.spans()

    by_trace: dict[str, list[Any]] = {}
    for span in spans:
        by_trace.setdefault(span.trace_id, []).append((span.name, span.parent_id))
    assert {trace: sorted(found) for trace, found in by_trace.items()} == {
        trace_id: sorted([("GET /<me>", parent_id), ("elsewhere", served[me]), ("in the view", served[me])])
        for me, (trace_id, parent_id) in mine.items()
    }
    lines = [json.loads(line) for line in server.stdout.splitlines() if line.startswith("{")]
    said = [line for line in lines if line["body"] in ("in the view", "elsewhere", "http.server.request")]
    assert len(said) == 3 * REQUESTS
    for line in said:
        assert line["customer"] == line["request_id"]
        assert line["trace_id"] == mine[line["request_id"]][0]
    assert "Traceback" not in server.output
    assert "detach" not in server.output
