"""The token stores, each with its server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url

from flask_baseline import _sql_engines
from flask_baseline.auth.store import TokenStore
from flask_baseline.auth.stores.memory import MemoryStore
from flask_baseline.auth.stores.redis import RedisStore
from flask_baseline.auth.stores.sql import SqlStore
from tests.services import postgres, valkey

SHARED = ("sqlite", "postgres", "valkey")

Open = Callable[..., TokenStore]
"""Returns the store of a namespace, which is the test's own by default, and with a clock."""


class Clock:
    """Stands at some second until it is set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.7

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Return what tells the store the time."""
    return Clock()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the URL of a PostgreSQL that runs for all tests."""
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a Valkey that runs for all tests."""
    with valkey(tmp_path_factory.mktemp("valkey")) as url:
        yield url


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the connections of each test, which a service keeps as long as it runs."""
    made: list[Engine] = []

    def create(*args: Any, **kwargs: Any) -> Engine:
        made.append(create_engine(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(_sql_engines, "create_engine", create)
    yield
    for engine in made:
        engine.dispose()


@pytest.fixture(params=["memory", *SHARED])
def open_store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Open:
    """Return what opens each store."""
    kind, own = request.param, uuid4().hex
    if kind == "memory":
        memory = MemoryStore(clock=clock)
        return lambda: memory
    if kind == "valkey":
        url = request.getfixturevalue("valkey_url")
        return lambda namespace=own: RedisStore(url, namespace, clock)
    where = make_url(
        f"sqlite:///{tmp_path / 'tokens.db'}" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    )
    return lambda namespace=own: SqlStore(where, namespace, clock)


@pytest.fixture
def store(open_store: Open) -> TokenStore:
    """Return each store."""
    return open_store()
