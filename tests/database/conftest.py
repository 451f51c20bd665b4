"""Apps with the database feature, on SQLite, on a real PostgreSQL, and on MariaDB where it is installed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from flask_baseline.testing.servers.mariadb import find_mariadb
from tests.services import mariadb, postgres

from .shop import Shop, open_shop

KINDS = ["sqlite", "postgres", *(["mariadb"] if find_mariadb() else [])]
"""The last is in no package of Python's index."""


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the URL of a PostgreSQL that runs for all tests."""
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def mariadb_url() -> Iterator[str]:
    """Return the URL of a MariaDB that runs for all tests."""
    with mariadb() as url:
        engine = create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE DATABASE shop")
        engine.dispose()
        yield f"{url}shop"


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shop.db'}"
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def shop(url: str) -> Iterator[Shop]:
    """Return a shop on each kind of database."""
    with open_shop(url) as found:
        yield found


@pytest.fixture
def silent() -> Iterator[int]:
    """Return a port whose server accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
