"""Start a server of tests, wait until it answers, and end it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile, mkdtemp
from typing import IO

from ...errors import ServerError
from . import keeper

START_SECONDS = END_SECONDS = 60.0
"""How long a server may take to answer, or to be gone, on a machine that has much to do."""

# By its path, since the process may not find the package, and by its name, so that it is known by that.
_KEEPER = f"import runpy; runpy.run_path({keeper.__file__!r}, run_name={keeper.__name__!r})['main']()"

USER = "nobody" if sys.platform != "win32" and os.geteuid() == 0 else None
"""Who runs a database where the tests run as root, as in many containers: it refuses root."""


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    url: str
    folder: Path
    """Where it works."""
    keeper: int
    """The number of the process that ends it."""

    def stop(self) -> None:
        """End it, and wait until it has ended."""
        try:
            os.kill(self.keeper, signal.SIGTERM)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + END_SECONDS
        while not self._has_ended() and time.monotonic() < deadline:
            time.sleep(0.01)

    def _has_ended(self) -> bool:
        try:
            return os.waitpid(self.keeper, os.WNOHANG)[0] != 0
        except ChildProcessError:
            # The child of another, whose last act it is to remove the folder.
            return not self.folder.exists()


def start(
    command: Sequence[str | Path],
    url: str,
    folder: Path,
    ready: bytes,
    *,
    owner: int | None = None,
    user: str | None = None,
    end: signal.Signals = signal.SIGTERM,
    patience: float = 20.0,
    is_temporary: bool = True,
) -> Server:
    """Start a server, and return when it answers.

    Args:
        command: the server itself, which stays in the foreground.
        url: what it is reached by.
        folder: where it works.
        ready: what it writes to its standard output or error when it answers, in small letters.
        owner: the process with whose end it ends; by default this one.
        user: who runs it.
        end: the signal that asks it to end.
        patience: seconds that it may take to do so.
        is_temporary: whether the folder goes with it.

    Raises:
        ServerError: it ends at once, or does not answer; on Windows none can be started.
    """
    if sys.platform == "win32":
        raise ServerError(
            "Tests cannot start servers on Windows. Fix: set TEST_DATABASE_URL and TEST_REDIS_URL."
        )
    task: keeper.Task = {
        "command": [*map(str, command)],
        "user": user,
        "folder": str(folder),
        "is_temporary": is_temporary,
        "owner": owner or os.getpid(),
        "signal": end,
        "patience": patience,
    }
    with TemporaryFile() as log:
        # Not by `subprocess`, which warns of a child that outlives its parent, as that of a worker shall.
        process = os.posix_spawn(
            sys.executable,
            [sys.executable, "-c", _KEEPER, json.dumps(task)],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, log.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, log.fileno(), 2),
            ],
        )
        server = Server(url, folder, process)
        try:
            _wait(server, ready, log)
        except BaseException:
            server.stop()
            if is_temporary:
                # The keeper may have ended before it could listen.
                shutil.rmtree(folder, ignore_errors=True)
            raise
    return server


def _wait(server: Server, ready: bytes, log: IO[bytes]) -> None:
    # Not by asking: whatever else has got the port would answer too.
    deadline = time.monotonic() + START_SECONDS
    while True:
        has_ended = os.waitpid(server.keeper, os.WNOHANG)[0] != 0
        output = os.pread(log.fileno(), 100_000, 0)
        if ready in output.lower():
            return
        if has_ended or time.monotonic() > deadline:
            said = output[-2000:].decode(errors="replace").strip()
            what = "ended at its start" if has_ended else f"does not answer within {START_SECONDS:g} seconds"
            raise ServerError(f"The server of {server.url} {what}. It said: {said or 'nothing'}")
        time.sleep(0.02)


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def work_folder(folder: Path | None, prefix: str) -> Generator[Path]:
    """Yield *folder*, or a new one that is removed when the block fails; it is the server's."""
    # Not one of pytest's, which nobody else may enter.
    work = Path(mkdtemp(prefix=prefix)) if folder is None else folder
    try:
        if USER is not None:
            shutil.chown(work, USER)
        yield work
    except BaseException:
        if folder is None:
            shutil.rmtree(work, ignore_errors=True)
        raise
