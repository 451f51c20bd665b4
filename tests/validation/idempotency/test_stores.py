"""What every store promises."""

from __future__ import annotations

import multiprocessing
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flask_baseline.errors import MissingExtraError
from flask_baseline.validation.idempotency.memory import MemoryStore
from flask_baseline.validation.idempotency.opening import open_store
from flask_baseline.validation.idempotency.store import Claim, IdempotencyStore


@pytest.fixture
def store(url: str | None) -> IdempotencyStore:
    """Return each store."""
    return open_store(url)


@pytest.fixture
def key() -> str:
    """Return a key that no other test has."""
    return uuid4().hex


def test_one_holds_a_key(store: IdempotencyStore, key: str) -> None:
    """The first gets a key, and the next sees for what."""
    assert store.claim(key, "f", "one", 60) == Claim(True)
    assert store.claim(key, "g", "two", 60) == Claim(False, "f", None)


def test_who_holds_a_key_may_ask_again(store: IdempotencyStore, key: str) -> None:
    """An owner whose answer was lost on the way gets its key when it asks again."""
    assert store.claim(key, "f", "one", 60).is_ours
    assert store.claim(key, "f", "one", 60).is_ours
    assert not store.claim(key, "f", "two", 60).is_ours


def test_an_outcome_is_kept(store: IdempotencyStore, key: str) -> None:
    """What was recorded is there for the next, byte for byte, and another key is free."""
    store.claim(key, "f", "one", 60)
    store.complete(key, "one", b"\x00\xff done", 60)
    assert store.claim(key, "f", "two", 60) == Claim(False, "f", b"\x00\xff done")
    assert store.claim(key + "x", "f", "two", 60).is_ours


def test_a_release_frees_the_key(store: IdempotencyStore, key: str) -> None:
    """A key that is released is free, but not one that has an outcome."""
    store.claim(key, "f", "one", 60)
    store.release(key, "one")
    assert store.claim(key, "f", "two", 60).is_ours
    store.complete(key, "two", b"done", 60)
    store.release(key, "two")
    assert store.claim(key, "f", "three", 60) == Claim(False, "f", b"done")


def _until_free(store: IdempotencyStore, key: str, owner: str) -> None:
    deadline = time.monotonic() + 20
    while not store.claim(key, "g", owner, 60).is_ours:
        assert time.monotonic() < deadline


def test_a_lease_ends(store: IdempotencyStore, key: str) -> None:
    """A key whose time is over is free; who held it can neither record nor release any more."""
    store.claim(key, "f", "one", 0.05)
    _until_free(store, key, "two")
    store.complete(key, "one", b"late", 60)
    store.release(key, "one")
    assert store.claim(key, "g", "three", 60) == Claim(False, "g", None)


def test_an_outcome_ends(store: IdempotencyStore, key: str) -> None:
    """An outcome is forgotten when its time is over."""
    store.claim(key, "f", "one", 60)
    store.complete(key, "one", b"done", 0.05)
    _until_free(store, key, "two")


def test_threads(store: IdempotencyStore, key: str) -> None:
    """Of many threads that want one key at the same time one gets it."""
    with ThreadPoolExecutor(8) as pool:
        claims = [*pool.map(lambda number: store.claim(key, "f", str(number), 60), range(32))]
    assert sum(claim.is_ours for claim in claims) == 1


def _claim_in_a_process(store: IdempotencyStore, key: str, start: Any, results: Any) -> None:
    start.wait()
    results.put(store.claim(key, "f", uuid4().hex, 60).is_ours)


@pytest.mark.parametrize("url", ["sqlite", "postgres", "valkey"], indirect=True)
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_forked_processes(store: IdempotencyStore, key: str) -> None:
    """A store that was used before a fork works in every child, and one of them gets the key."""
    store.claim(key + "x", "f", "parent", 60)
    fork = multiprocessing.get_context("fork")
    start, results = fork.Barrier(4), fork.Queue()
    children = [fork.Process(target=_claim_in_a_process, args=(store, key, start, results)) for _ in range(4)]
    for child in children:
        child.start()
    assert sum(results.get(timeout=30) for _ in children) == 1
    for child in children:
        child.join(30)
        assert child.exitcode == 0
    assert not store.claim(key, "f", "parent", 60).is_ours


def test_memory_is_bounded() -> None:
    """The memory forgets the oldest outcomes beyond its size and what is over, but nothing that runs."""
    now = [0.0]
    store = MemoryStore(size=2, clock=lambda: now[0])
    store.claim("running", "f", "one", 60)
    for key in ("a", "b", "c"):
        store.claim(key, "f", "one", 60)
        store.complete(key, "one", b"done", 60)
    assert not store.claim("c", "f", "two", 60).is_ours
    assert store.claim("a", "f", "two", 60).is_ours
    assert not store.claim("running", "f", "two", 60).is_ours
    now[0] = 61
    assert store.claim("c", "f", "two", 60).is_ours
    assert store.claim("running", "f", "two", 60).is_ours


def test_memory_is_bounded_in_bytes() -> None:
    """The memory forgets the oldest outcomes when all together are too long."""
    store = MemoryStore(max_bytes=10)
    for key in ("a", "b"):
        store.claim(key, "f", "one", 60)
        store.complete(key, "one", b"x" * 6, 60)
    assert not store.claim("b", "f", "two", 60).is_ours
    assert store.claim("a", "f", "two", 60).is_ours


def test_a_table_is_pruned(tmp_path: Path) -> None:
    """Rows whose time is over are deleted in passing."""
    from sqlalchemy import make_url

    from flask_baseline.validation.idempotency.sql import TABLE, SqlStore

    now = [0.0]
    store = SqlStore(make_url(f"sqlite:///{tmp_path / 'keys.db'}"), clock=lambda: now[0])
    for number in range(99):
        store.claim(str(number), "f", "one", 60)
    now[0] = 61
    store.claim("new", "f", "one", 60)
    with store._engines.get().connect() as connection:
        assert [*connection.execute(TABLE.select().with_only_columns(TABLE.c.key)).scalars()] == ["new"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("redis://127.0.0.1:planted/0", "is no URL of Redis"),
        ("planted", "is no URL of SQLAlchemy"),
        ("planted://u:planted@host/db", "is no URL of SQLAlchemy"),
        ("sqlite://", "is a SQLite database in memory"),
        ("sqlite:///:memory:", "is a SQLite database in memory"),
        ("sqlite+aiosqlite:///planted.db", "has an asynchronous driver"),
    ],
    ids=["redis port", "no URL", "unknown", "sqlite", "sqlite memory", "asynchronous"],
)
def test_what_is_no_store(url: str, message: str) -> None:
    """A URL that is none of a store is refused without being repeated."""
    with pytest.raises(ValueError, match=message) as info:
        open_store(url)
    assert "planted" not in str(info.value)


@pytest.mark.parametrize(
    ("url", "module", "remedy"),
    [
        ("redis://127.0.0.1/0", "redis", r'pip install "flask-baseline\[redis\]"'),
        ("sqlite:///keys.db", "sqlalchemy", r'pip install "flask-baseline\[db\]"'),
        ("postgresql+psycopg://127.0.0.1/db", "psycopg", r'pip install "flask-baseline\[postgres\]"'),
        ("postgresql://127.0.0.1/db", "psycopg", r'pip install "flask-baseline\[postgres\]"'),
        ("mysql+pymysql://127.0.0.1/db", "pymysql", "the driver pymysql, which is not installed"),
    ],
)
def test_a_missing_package(url: str, module: str, remedy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a library is not installed the error names what to install: an extra only if that brings it."""
    for name in [*sys.modules]:
        if name.split(".")[0] == module or name.startswith("flask_baseline.validation.idempotency."):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=remedy):
        open_store(url)
