"""Run a real gunicorn on a free port for the length of a test."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LIMIT_SECONDS = 30.0
"""How long anything may take on a busy machine before a test gives up."""

_OF_THE_TESTER = ("BASELINE_", "GUNICORN_", "WEB_CONCURRENCY", "PORT")


@dataclass(frozen=True)
class Answer:
    """What a client got."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Server:
    """A running gunicorn, whose working folder has the app and the output."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    @property
    def stdout(self) -> str:
        return (self.folder / "stdout").read_text()

    @property
    def stderr(self) -> str:
        return (self.folder / "stderr").read_text()

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Send one GET on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_SECONDS)
        try:
            connection.request("GET", path, headers={"Connection": "close", **(headers or {})})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the master."""
        self.process.send_signal(number)

    def exit_status(self) -> int:
        """Wait for the master to end; negative is the signal that killed it."""
        return self.process.wait(LIMIT_SECONDS)

    def wait_until(self, is_so: Callable[[], object]) -> None:
        """Wait until *is_so* returns something true."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, f"still not so\n{self.stderr}"
            time.sleep(0.05)


@contextmanager
def gunicorn(
    folder: Path, app: str, *args: str, env: Mapping[str, str] | None = None, ready: str = "/livez"
) -> Iterator[Server]:
    """Serve a module's *app* with gunicorn until the block ends.

    Args:
        folder: an empty folder to work in.
        app: the module's source; it has an ``app``.
        args: gunicorn's options, without those that say where to listen.
        env: what to add to the environment, from which the tester's own settings are taken.
        ready: a path that answers as soon as a worker is there.
    """
    (folder / "served.py").write_text(app)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_TESTER)}
    port = _free_port()
    # The script and not `-m gunicorn`, which cannot start itself again on SIGUSR2.
    script = Path(sysconfig.get_path("scripts"), "gunicorn")
    with open(folder / "stdout", "wb") as stdout, open(folder / "stderr", "wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, script, "--bind", f"127.0.0.1:{port}", *args, "served:app"],
            cwd=folder,
            env={**environ, "PYTHONUNBUFFERED": "1", **(env or {})},
            stdout=stdout,
            stderr=stderr,
            # A group of its own, which has the workers too.
            start_new_session=True,
        )
    server = Server(process, port, folder)
    try:
        server.wait_until(lambda: _answers(server, ready))
        yield server
    finally:
        _kill_group(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(server: Server, path: str) -> bool:
    assert server.process.poll() is None, f"gunicorn has ended\n{server.stderr}"
    try:
        server.get(path)
    except OSError:
        return False
    return True


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End the master and whatever it has left behind."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(LIMIT_SECONDS)
