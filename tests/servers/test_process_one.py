"""The workers of a server in a container, where its master is process 1."""

from __future__ import annotations

import os

import pytest

from flask_baseline.metrics import server
from flask_baseline.metrics.folder import is_worker


def test_a_master_that_is_process_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers of a master that is process 1 are of one server, and share their counts."""
    # A namespace of processes cannot be had everywhere.
    parents = {os.getpid(): 1, 1: 0}
    monkeypatch.setattr(server, "_parent", parents.get)
    monkeypatch.setattr(server, "_program", lambda pid: b"the same" if pid in parents else None)
    assert server.server_pid() == 1
    assert is_worker()


def test_another_program_is_process_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server below a supervisor that is process 1 is a server of its own."""
    monkeypatch.setattr(server, "_parent", {os.getpid(): 1, 1: 0}.get)
    monkeypatch.setattr(server, "_program", lambda pid: str(pid).encode())
    assert server.server_pid() == os.getpid()
    assert not is_worker()
