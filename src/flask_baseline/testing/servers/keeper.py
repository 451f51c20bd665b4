"""A process beside a server: it starts it, and ends it when the tests are over or gone.

Tests that are killed cannot end their servers. This one is in a session of its own, so that neither Ctrl-C
nor a signal to the group of the tests reaches it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from threading import Event
from typing import TypedDict

POLL_SECONDS = 0.25


class Task(TypedDict):
    """What a keeper is told."""

    command: list[str]
    user: str | None
    folder: str
    """Where the server works."""
    is_temporary: bool
    """Whether the folder is removed at the end."""
    owner: int
    """The process whose end is that of the server."""
    signal: int
    """What asks the server to end."""
    patience: float
    """Seconds that it may take to do so, before it is killed."""


def keep(task: Task) -> int:
    """Run the server of *task* for as long as it is wanted; return its status."""
    os.setsid()
    is_over, is_wanted = Event(), _watch(task["owner"])
    signal.signal(signal.SIGTERM, lambda _number, _frame: is_over.set())
    server = subprocess.Popen(  # noqa: S603
        task["command"], cwd=task["folder"], user=task["user"], stderr=sys.stdout
    )
    try:
        while not is_over.wait(POLL_SECONDS) and server.poll() is None and is_wanted():
            pass
        if server.poll() is None:
            _end(server, task["signal"], task["patience"])
    finally:
        if task["is_temporary"]:
            shutil.rmtree(task["folder"], ignore_errors=True)
    return server.returncode


def _end(server: subprocess.Popen[bytes], ask: int, patience: float) -> None:
    server.send_signal(ask)
    try:
        server.wait(patience)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def _watch(owner: int) -> Callable[[], bool]:
    """Return what says whether *owner* still runs."""
    if os.getppid() == owner:
        # A dead parent is replaced at once, while its number stays as long as nobody waits for it.
        return lambda: os.getppid() == owner

    def is_alive() -> bool:
        try:
            os.kill(owner, 0)
        except OSError:
            return False
        return True

    return is_alive


def main() -> None:
    """Keep the server that the command line tells of, and exit with its status."""
    sys.exit(keep(json.loads(sys.argv[1])))
