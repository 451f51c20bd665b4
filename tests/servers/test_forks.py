"""A process that forks while it records and exports: each child sends what is its own, and ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.otlp import receiver

from .shop import APP, DURATION, Protocol, push_to

CHILDREN = 20
LIMIT_SECONDS = 60

FORKS = """
import os, signal, sys, threading
from served import app

# One that hangs is killed, and seen.
signal.alarm({limit})
stopped = threading.Event()

parent = os.getpid()

def record():
    client = app.test_client()
    # A greenlet lives on in a child, where it is to do nothing.
    while not stopped.wait(0.001 if os.getpid() == parent else 3600):
        client.get("/orders/1", buffered=True)

threads = [threading.Thread(target=record) for _ in range(2)]
for thread in threads:
    thread.start()
children = []
statuses = []
for number in range({children}):
    stopped.wait(0.02)
    pid = os.fork()
    if pid == 0:
        signal.alarm({limit} // 2)
        assert app.test_client().get("/orders/2", buffered=True).status_code == 200
        sys.exit(0)
    children.append(pid)
    statuses.append(os.waitpid(pid, 0)[1])
stopped.set()
for thread in threads:
    thread.join()
print(children, flush=True)
assert statuses == [0] * {children}, statuses
"""

GREENLETS = "from gevent import monkey; monkey.patch_all()\n"


@pytest.mark.parametrize(
    ("begin", "protocol"),
    [("", "http"), ("", "grpc"), (GREENLETS, "http")],
    ids=["threads-http", "threads-grpc", "greenlets-http"],
)
def test_forks(tmp_path: Path, begin: str, protocol: Protocol) -> None:
    """Twenty children, forked while their parent records and exports, each end and send what is their own."""
    (tmp_path / "served.py").write_text(APP)
    source = begin + FORKS.format(limit=LIMIT_SECONDS, children=CHILDREN)
    with receiver() as collector:
        env = {**os.environ, **push_to(collector, protocol, seconds=0.01)}
        command = [sys.executable, "-c", source]
        done = subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, timeout=2 * LIMIT_SECONDS, text=True
        )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    (children,) = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
    spans = [span for span in collector.spans() if span.kind == "SERVER"]
    served = Counter(
        span.resource["process.pid"] for span in spans if span.attributes["url.path"] == "/orders/2"
    )
    # gRPC itself does not always work after a fork in the middle of a call.
    assert set(served) == set(children) if protocol == "http" else set(served) <= set(children)
    assert set(served.values()) == {1}
    # A greenlet of the parent's ends its request in the child too.
    if not begin:
        assert len({span.span_id for span in spans}) == len(spans)
    if not begin and protocol == "http":
        # No count of the parent's shows in a child.
        assert collector.total(DURATION) == len(spans)
        assert collector.corrupt == 0
