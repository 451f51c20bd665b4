"""Real servers for the tests: PostgreSQL, MariaDB and Valkey."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from flask_baseline.testing import servers
from flask_baseline.testing.servers import free_port, mariadb, postgres

__all__ = ["free_port", "mariadb", "postgres", "valkey"]


def valkey(folder: Path) -> AbstractContextManager[str]:
    """Run Valkey in *folder* for the length of the block, and yield its URL."""
    return servers.valkey(folder, port=free_port())
