"""Which server this process belongs to, so that its workers find each other without being told.

A worker was forked by its server's master, without another program in between, or spawned by Python's
`multiprocessing`. Whatever started the master, a shell or a supervisor, is another program.
"""

from __future__ import annotations

import os
from multiprocessing import parent_process
from pathlib import Path

_MAX_DEPTH = 8


def server_pid() -> int:
    """Return the process that all workers of this server come from; without a master, this one."""
    spawner = parent_process()
    pid = os.getpid() if spawner is None or spawner.pid is None else spawner.pid
    for _ in range(_MAX_DEPTH):
        parent = _parent(pid)
        # In a container the master is process 1. The parent of that one is 0: none that can be seen.
        if parent is None or parent < 1 or not _is_forked(pid, parent):
            break
        pid = parent
    return pid


def started(pid: int) -> str | None:
    """Return when *pid* was started, in the system's ticks; None where it is gone or nobody can tell."""
    fields = _stat(pid)
    return fields[19] if fields else None


def _parent(pid: int) -> int | None:
    if pid == os.getpid():
        return os.getppid()
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def _is_forked(pid: int, parent: int) -> bool:
    """Whether *pid* still runs the program that *parent* was running when it forked."""
    mine, theirs = _program(pid), _program(parent)
    if mine is not None and theirs is not None:
        return mine == theirs
    # Of a master that has more rights than its workers, or on a system without /proc.
    return _same_group(pid, parent) and _command(pid) == _command(parent)


def _program(pid: int) -> bytes | None:
    """Return the addresses that the system has given a program at its start, at random each time."""
    try:
        return Path(f"/proc/{pid}/auxv").read_bytes() or None
    except OSError:
        return None


def _same_group(pid: int, parent: int) -> bool:
    try:
        return os.getpgid(pid) == os.getpgid(parent)
    except (AttributeError, OSError):
        return False


def _command(pid: int) -> str | None:
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except (OSError, ValueError):
        return None


def _stat(pid: int) -> list[str]:
    """Return the fields of ``/proc/<pid>/stat`` from the state on (proc_pid_stat(5), field 3)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
