"""Forked workers of one server, in a process of their own."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

_PROGRAM = """
import json, os, signal, sys, threading, time
from pathlib import Path
from flask import Flask, Response
from opentelemetry import metrics
from opentelemetry.metrics import Observation
from flask_baseline import Baseline
from tests.metrics.fleet import Worker
from tests.metrics.pages import DURATION, OPENMETRICS, ask, make_app, read, scrape, value, values

COUNT = f"{DURATION}_count"
meter = metrics.get_meter("shop")
placed = meter.create_counter("orders")
stock = meter.create_up_down_counter("stock")
weight = meter.create_histogram("weight")
room = meter.create_gauge("room")
"""

_APP = """
app = make_app(**OPTIONS)
app.add_url_rule("/", view_func=lambda: "ok")
"""


def run(
    folder: Path, program: str, *, env: dict[str, str] | None = None, prelude: str = _APP, **options: object
) -> tuple[Any, str]:
    """Run *program* as a server's master, and return what it has in ``result`` and what it wrote as errors.

    Its app shares its counts in *folder*; keywords are ``BASELINE_METRICS_*`` settings.
    """
    options = {"dir": str(folder), "interval": 60.0, **options}
    text = f"OPTIONS = {options!r}\n{_PROGRAM}{prelude}{program}\nprint(json.dumps(result))\n"
    done = subprocess.run(
        # A fork beside the thread of a worker that serves is what a view may do.
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", text],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


class Worker:
    """A process that was forked now, and evaluates the expressions that it is given.

    Args:
        names: what they may name: the variables of the program.
    """

    def __init__(self, names: dict[str, Any]) -> None:
        self._is_alive = True
        commands, self._commands = os.pipe()
        self._answers, answers = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            # As servers' workers do; what is registered for the end of Python runs.
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            with open(commands) as lines, open(answers, "w", buffering=1) as out:
                for line in lines:
                    print(json.dumps(eval(json.loads(line), names)), file=out)  # noqa: S307
            sys.exit(0)
        os.close(commands)
        os.close(answers)
        parent = os.getpid()
        atexit.register(lambda: self.stop() if self._is_alive and os.getpid() == parent else None)

    def begin(self, expression: str) -> None:
        """Let it evaluate *expression*, without waiting for it."""
        os.write(self._commands, json.dumps(expression).encode() + b"\n")

    def answer(self) -> Any:
        """Wait for the value of the last expression."""
        text = b""
        while not text.endswith(b"\n"):
            more = os.read(self._answers, 65536)
            assert more, "the worker is gone"
            text += more
        return json.loads(text)

    def do(self, expression: str) -> Any:
        """Return the value of *expression* there."""
        self.begin(expression)
        return self.answer()

    def get(self, count: int = 1) -> None:
        """Let it serve some requests."""
        self.do(f"[ask(app).status_code for _ in range({count})]")

    def stop(self) -> None:
        """End it as a server does, and wait for it."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it, and wait for it."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        self._is_alive = False
        os.kill(self.pid, number)
        os.waitpid(self.pid, 0)
        os.close(self._commands)
        os.close(self._answers)
