"""Token stores forget what is over, and are not full of what is not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from redis import Redis
from sqlalchemy import create_engine, func, make_url, select

from flask_baseline.auth.store import KEEP_LONGER, Rotation, TokenStore
from flask_baseline.auth.stores.memory import MemoryStore
from flask_baseline.auth.stores.redis import RedisStore
from flask_baseline.auth.stores.sql import SqlStore
from flask_baseline.auth.stores.tables import METADATA

from .conftest import Clock

DAY = 86_400.0


@pytest.fixture
def database(tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    return f"sqlite:///{tmp_path / 'tokens.db'}"


def _rows(url: str) -> Sequence[int]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in METADATA.sorted_tables
        ]
    engine.dispose()
    return found


def _fill(store: TokenStore, until: float, count: int = 1, first: int = 0) -> None:
    for number in range(first, first + count):
        store.open_session(f"session {number}", "ann", until)
        store.revoke_token(f"token {number}", until)
        store.seen_once("kind", f"value {number}", until)
        store.end_subject(f"subject {number}", until)


def test_a_database_is_pruned(database: str, clock: Clock) -> None:
    """Rows are deleted when their time is over, and not before."""
    store = SqlStore(make_url(database), "shop", clock)
    _fill(store, clock.now + DAY, 2)
    store.prune()
    assert sorted(_rows(database)) == [2, 2, 4]
    clock.now += DAY + KEEP_LONGER
    store.prune()
    assert _rows(database) == [0, 0, 0]


def test_a_database_is_pruned_in_passing(database: str, clock: Clock) -> None:
    """A table does not grow for ever, though nobody prunes it."""
    store = SqlStore(make_url(database), "shop", clock)
    for first in range(0, 75, 25):
        _fill(store, clock.now + 60, 25, first)
        clock.now += 60 + KEEP_LONGER
    assert sum(_rows(database)) == 100


def test_memory_is_pruned_in_passing(clock: Clock) -> None:
    """Memory does not grow for ever, though nobody prunes it."""
    store = MemoryStore(clock=clock)
    issued = clock.now - 1
    _fill(store, clock.now + 60, 200)
    clock.now += 60 + KEEP_LONGER
    _fill(store, clock.now + 60, 49, 200)
    assert store.revoked("token 0", None, "ann", issued)
    assert store.revoked("t", None, "subject 0", issued)
    _fill(store, clock.now + 60, 1, 249)
    assert not store.revoked("token 0", None, "ann", issued)
    assert not store.revoked("t", None, "subject 0", issued)
    assert store.revoked("token 200", None, "ann", issued)


def test_memory_is_bounded(clock: Clock) -> None:
    """Beyond its size memory forgets the oldest: who was logged in first is logged out."""
    store = MemoryStore(size=2, clock=clock)
    _fill(store, clock.now + DAY, 3)
    assert store.revoked("t", "session 0", "ann", clock.now)
    assert not store.revoked("t", "session 1", "ann", clock.now)
    assert store.rotate("session 2", "ann", 0, 10) is Rotation.ADVANCED


def test_redis_forgets(valkey_url: str) -> None:
    """Each key has a time to live, which nothing later shortens, and no key has an id in clear."""
    service = uuid4().hex
    store = RedisStore(valkey_url, service)
    with Redis.from_url(valkey_url) as client:
        begin = int(client.time()[0])  # type: ignore[index]
        _fill(store, begin + DAY)
        store.rotate("session 0", "ann", 0, 10)
        store.rotate("session 0", "ann", 1, 10)
        store.end_subject("subject 0", begin + 60)
        store.check()
        keys = [*client.scan_iter(f"*{service}*")]
        lives = sorted(client.ttl(key) for key in keys)  # type: ignore[type-var]
        texts = b" ".join(keys) + b" ".join(client.get(key) for key in keys)  # type: ignore[misc]
    assert len(keys) == 6
    assert lives[0] <= 1
    assert all(DAY < life <= DAY + KEEP_LONGER + 1 for life in lives[1:])  # type: ignore[operator]
    assert not any(word in texts for word in (b"session 0", b"token 0", b"value 0", b"ann"))


def test_keys_are_in_one_slot(valkey_url: str) -> None:
    """All keys of a service are in the same slot of a cluster, whatever its name is."""
    for service in (uuid4().hex, uuid4().hex + "}{x} \r\n\ud800"):
        store = RedisStore(valkey_url, service)
        _fill(store, 2e9, 2)
        with Redis.from_url(valkey_url) as client:
            keys = [*client.scan_iter(f"*{service[:32]}*")]
            # The part in braces is what the slot is made of.
            assert len({key.split(b"{")[1].split(b"}")[0] for key in keys}) == 1
        assert len(keys) == 9


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_tables_are_those_of_the_migrations(kind: str, request: pytest.FixtureRequest, database: str) -> None:
    """Alembic finds no difference between the tables that a store has made and the metadata."""
    url = database if kind == "sqlite" else request.getfixturevalue("postgres_url")
    SqlStore(make_url(url), "shop").check()
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_tables_of_a_migration(database: str, clock: Clock) -> None:
    """A store uses tables that are there."""
    engine = create_engine(database)
    METADATA.create_all(engine)
    engine.dispose()
    store = SqlStore(make_url(database), "shop", clock)
    _fill(store, clock.now + DAY)
    assert not store.revoked("t", "session 0", "ann", clock.now)
