"""MariaDB, where its server is installed: no package of PyPI brings it."""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ...errors import MissingExtraError
from .process import USER, Server, free_port, start, work_folder

_PLACES = ("/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/opt/homebrew/bin")
"""Where it is installed beside PATH."""


def find_mariadb() -> str | None:
    """Return where the server is; None where it is not installed."""
    return next(filter(None, (shutil.which("mariadbd", path=path) for path in (None, *_PLACES))), None)


def start_mariadb(*, folder: Path | None = None, port: int | None = None, owner: int | None = None) -> Server:
    """Start MariaDB, and return it.

    It has no users: everybody may do everything.

    Args:
        folder: where its data stay, also for a later start; by default they go with the server.
        port: by default a free one.
        owner: the process with whose end it ends; by default this one.

    Raises:
        MissingExtraError: it is not installed.
        ServerError: it does not start.
    """
    binary = find_mariadb()
    if binary is None:
        raise MissingExtraError(
            "The tests need MariaDB, and there is no mariadbd on this machine. Fix: install the package "
            "mariadb-server-core of your system, or set TEST_DATABASE_URL to the URL of a server that runs."
        )
    number = port or free_port()
    with work_folder(folder, "mariadb-") as work:
        data = work / "data"
        if not data.exists():
            data.mkdir()
            if USER is not None:
                shutil.chown(data, USER)
        options = {
            "datadir": data,
            "socket": work / "socket",
            "bind-address": "127.0.0.1",
            "port": number,
            "character-set-server": "utf8mb4",
            # A machine that fails takes the test with it.
            "innodb-flush-log-at-trx-commit": 0,
            "innodb-doublewrite": 0,
        }
        return start(
            # Without the tables of users it needs no set-up.
            [binary, "--no-defaults", "--skip-grant-tables", *(f"--{k}={v}" for k, v in options.items())],
            f"mysql+pymysql://root@127.0.0.1:{number}/",
            work,
            b"ready for connections",
            owner=owner,
            user=USER,
            is_temporary=folder is None,
        )


@contextmanager
def mariadb(folder: Path | None = None, *, port: int | None = None) -> Generator[str]:
    """Run MariaDB for the length of the block, and yield its URL; see `start_mariadb`."""
    server = start_mariadb(folder=folder, port=port)
    try:
        yield server.url
    finally:
        server.stop()
