"""The folder where the workers of one server share what they have counted."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path

from .locks import TURN, Lock
from .server import server_pid, started
from .snapshot import FORMAT

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108

_made: Counter[str] = Counter()


def ordinal(app: str) -> int:
    """Return how many apps called *app* this process has made, so that two of one name differ.

    All workers make their apps in the same order.
    """
    _made[app] += 1
    return _made[app]


def folder_of(app: str, number: int, given: Path | None) -> Path:
    """Return the folder of the *number*-th *app* of this server, made for this user alone.

    Raises:
        OSError: there is none to be had.
    """
    name = hashlib.blake2b(f"{FORMAT}\0{app}\0{number}".encode(), digest_size=6).hexdigest()
    pid = server_pid()
    server = f"{pid}-{started(pid) or 0}"
    if given is not None:
        return _shared(given / f"shared-{name}", server)
    home = _home()
    _remove_old(home)
    return _own(home / f"{server}-{name}")


def restore(folder: Path) -> None:
    """Make *folder* again, which `folder_of` has returned and somebody has removed.

    Raises:
        OSError: there is none to be had.
    """
    if folder.parent == _home_path():
        _home()
    else:
        folder.parent.mkdir(parents=True, exist_ok=True)
    _own(folder)


def _shared(folder: Path, server: str) -> Path:
    """Return *folder* without what a server has left there that is gone."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Lock(_own(folder) / TURN).held(wait=True):
        owner = folder / "server"
        known = owner.read_text() if owner.exists() else ""
        if known != server and all(_is_free(lock) for lock in folder.glob("*.lock")):
            for path in folder.glob("*.*"):
                path.unlink(missing_ok=True)
            owner.write_text(server)
    return folder


def is_worker() -> bool:
    """Whether this process is one of possibly many of a server."""
    return server_pid() != os.getpid()


def _home() -> Path:
    """Return the folder of this user's folders."""
    return _own(_home_path())


def _home_path() -> Path:
    base = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
    return base / f"flask-baseline-{os.geteuid()}"


def _own(folder: Path) -> Path:
    """Make *folder* where there is none, and return it: nobody else may read or replace what is in it."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    # In a folder of everybody's somebody else may have been first.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a folder of this user alone")
    return folder


def _remove_old(home: Path) -> None:
    """Remove the folders of servers that are gone; nobody else would."""
    for folder in [*home.iterdir()]:
        pid, _, rest = folder.name.partition("-")
        begun = rest.partition("-")[0]
        if not pid.isdecimal() or not begun.isdecimal():
            continue
        if started(int(pid)) == begun or (begun == "0" and _is_alive(int(pid))):
            continue
        # A worker may live on without its master.
        if all(_is_free(lock) for lock in folder.glob("*.lock")):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True


def _is_free(path: Path) -> bool:
    try:
        with Lock(path).held(wait=False) as is_mine:
            return is_mine
    except OSError:
        return False
