"""Run a real server on a free port for the length of a test: gunicorn, uWSGI, or one that speaks ASGI."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.services import free_port

LIMIT_SECONDS = 30.0
"""How long anything may take on a busy machine before a test gives up."""

_OF_THE_TESTER = ("BASELINE_", "GUNICORN_", "OTEL_", "PORT", "UVICORN_", "UWSGI_", "WEB_CONCURRENCY")

_ASGI = """
from flask_baseline.deploy.asgi import to_asgi
from served import app as wsgi_app

app = to_asgi(wsgi_app)
"""


@dataclass(frozen=True)
class Answer:
    """What a client got."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Server:
    """A running server, whose working folder has the app and the output."""

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
        return self.request("GET", path, headers)

    def request(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Send one request without a body on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_SECONDS)
        try:
            connection.request(method, path, headers={"Connection": "close", **(headers or {})})
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

    def stop(self) -> float:
        """Send SIGTERM to the master, wait for its end, and return how many seconds that took."""
        start = time.monotonic()
        self.signal(signal.SIGTERM)
        self.exit_status()
        return time.monotonic() - start

    def wait_until(self, is_so: Callable[[], object]) -> None:
        """Wait until *is_so* returns something true."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, f"still not so\n{self.stderr}"
            time.sleep(0.05)


def gunicorn(
    folder: Path, app: str, *args: str, env: Mapping[str, str] | None = None, ready: str = "/livez"
) -> AbstractContextManager[Server]:
    """Serve a module's *app* with gunicorn until the block ends.

    Args:
        folder: an empty folder to work in.
        app: the module's source; it has an ``app``.
        args: gunicorn's options, without those that say where to listen.
        env: what to add to the environment, from which the tester's own settings are taken.
        ready: a path that answers as soon as a worker is there.
    """
    port = free_port()
    # The script and not `-m gunicorn`, which cannot start itself again on SIGUSR2.
    command = [_script("gunicorn"), "--bind", f"127.0.0.1:{port}", *args, "served:app"]
    return _running(folder, app, command, port, env, ready)


def uwsgi(
    folder: Path, app: str, *args: str, env: Mapping[str, str] | None = None, ready: str = "/livez"
) -> AbstractContextManager[Server]:
    """Serve a module's *app* with uWSGI, a master and two workers, until the block ends.

    Args are those of `gunicorn`; *args* are uWSGI's, and win over what is set here.
    """
    port = free_port()
    options = ["--http-socket", f"127.0.0.1:{port}", "--module", "served:app", "--master", "--processes", "2"]
    # SIGTERM would mean a reload, and threads of the app's own would stand still.
    ours = ["--die-on-term", "--enable-threads", "--need-app"]
    return _running(folder, app, [_script("uwsgi"), *options, *ours, *args], port, env, ready)


def asgi(
    folder: Path,
    app: str,
    server: Literal["uvicorn", "hypercorn"] = "uvicorn",
    *args: str,
    env: Mapping[str, str] | None = None,
    ready: str = "/livez",
) -> AbstractContextManager[Server]:
    """Serve a module's *app* through `to_asgi` with a server that speaks ASGI until the block ends.

    Args are those of `gunicorn`; *args* are those of the *server*.
    """
    port = free_port()
    listen = {
        "uvicorn": ["--host", "127.0.0.1", "--port", str(port)],
        "hypercorn": ["--bind", f"127.0.0.1:{port}"],
    }
    (folder / "served_asgi.py").write_text(_ASGI)
    command = [_script(server), *listen[server], *args, "served_asgi:app"]
    return _running(folder, app, command, port, env, ready)


def _script(name: str) -> str:
    return str(Path(sysconfig.get_path("scripts"), name))


@contextmanager
def _running(
    folder: Path, app: str, command: list[str], port: int, env: Mapping[str, str] | None, ready: str
) -> Iterator[Server]:
    """Run a Python script that serves the module on *port*."""
    (folder / "served.py").write_text(app)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_TESTER)}
    with open(folder / "stdout", "wb") as stdout, open(folder / "stderr", "wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, *command],
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


def _answers(server: Server, path: str) -> bool:
    assert server.process.poll() is None, f"the server has ended\n{server.stderr}"
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
