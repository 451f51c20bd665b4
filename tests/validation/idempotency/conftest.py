"""The stores, each with its server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from flask_baseline import _sql_engines
from tests.services import postgres, valkey

STORES = ("memory", "sqlite", "postgres", "valkey")


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
def engines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close the connections of each test, which a service keeps as long as it runs."""
    made: list[Engine] = []

    def create(*args: Any, **kwargs: Any) -> Engine:
        made.append(create_engine(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(_sql_engines, "create_engine", create)
    yield
    for engine in made:
        engine.dispose()


@pytest.fixture(params=STORES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str | None:
    """Return the URL of each store; None for the memory."""
    if request.param == "memory":
        return None
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'keys.db'}"
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found
