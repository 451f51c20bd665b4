"""Token stores whose server is away, comes back, or hangs."""

from __future__ import annotations

import socket
import traceback
from uuid import uuid4

import pytest
from redis import Redis
from sqlalchemy import create_engine, make_url, text

from flask_baseline.auth.store import Rotation, StoreDownError, TokenStore
from flask_baseline.auth.stores.asking import PAUSE, SLOW, Asking
from flask_baseline.auth.stores.redis import RedisStore
from flask_baseline.auth.stores.sql import SqlStore
from tests.database.link import linked
from tests.services import free_port

GRACE = 10.0

CALLS = {
    "revoked": lambda store: store.revoked("t", "s", "ann", 0),
    "revoke_token": lambda store: store.revoke_token("t", 2e9),
    "open_session": lambda store: store.open_session("s", "ann", 2e9),
    "rotate": lambda store: store.rotate("s", "ann", 0, GRACE),
    "end_session": lambda store: store.end_session("s"),
    "end_subject": lambda store: store.end_subject("ann", 2e9),
    "seen_once": lambda store: store.seen_once("kind", "value", 2e9),
    "check": lambda store: store.check(),
}


def _away(kind: str) -> TokenStore:
    if kind == "redis":
        return RedisStore(f"redis://planted:planted@127.0.0.1:{free_port()}/0", "shop")
    if kind == "postgres":
        where = f"postgresql+psycopg://planted:planted@127.0.0.1:{free_port()}/planted"
        return SqlStore(make_url(where), "shop")
    return SqlStore(make_url("sqlite:////no/such/planted/folder/tokens.db"), "shop")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", ["redis", "postgres", "sqlite"])
def test_a_store_that_is_away(kind: str, call: str) -> None:
    """Everything that is asked of a store which is away fails alike, and no secret is in the error."""
    store = _away(kind)
    with pytest.raises(StoreDownError) as info:
        CALLS[call](store)
    assert info.value.__cause__ is None
    assert info.value.__context__ is None
    # As error reporters print it, with the variables of each frame.
    shown = traceback.TracebackException.from_exception(info.value, capture_locals=True)
    frames = [frame for frame in shown.stack if "flask_baseline" in frame.filename]
    assert frames
    assert "planted" not in f"{info.value} {[frame.locals for frame in frames]}"


@pytest.mark.parametrize("call", ["revoked", "rotate", "seen_once"])
def test_postgres_comes_back(postgres_url: str, call: str) -> None:
    """When the server has closed all connections, as with a restart, the next call succeeds."""
    store = SqlStore(make_url(postgres_url), uuid4().hex)
    store.open_session("s", "ann", 2e9)
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        others = "pid <> pg_backend_pid() AND backend_type = 'client backend'"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))  # noqa: S608
    engine.dispose()
    CALLS[call](store)
    assert not store.revoked("u", "s", "ann", 0)


@pytest.mark.parametrize("call", ["revoked", "rotate", "seen_once"])
def test_redis_comes_back(valkey_url: str, call: str) -> None:
    """When the server has closed all connections and forgotten the scripts, the next call succeeds."""
    store = RedisStore(valkey_url, uuid4().hex)
    store.open_session("s", "ann", 2e9)
    with Redis.from_url(valkey_url) as client:
        client.client_kill_filter(_type="normal", skipme=True)
        client.script_flush()
    CALLS[call](store)
    assert not store.revoked("u", "s", "ann", 0)


def test_a_row_that_is_locked(postgres_url: str) -> None:
    """Who waits too long for somebody's lock is told that the store is down; the others are served."""
    store = SqlStore(make_url(postgres_url), uuid4().hex)
    for session in ("s", "other"):
        store.open_session(session, "ann", 2e9)
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        for generation in range(7):
            store.rotate("s", "ann", generation, GRACE)
        connection.execute(text("SELECT id FROM baseline_auth_sessions WHERE generation = 7 FOR UPDATE"))
        with pytest.raises(StoreDownError):
            store.rotate("s", "ann", 7, GRACE)
        assert not store.revoked("t", "s", "ann", 0)
        assert store.rotate("other", "ann", 0, GRACE) is Rotation.ADVANCED
    engine.dispose()
    assert store.rotate("s", "ann", 7, GRACE) is Rotation.ADVANCED


def test_redis_that_refuses_to_write(valkey_url: str) -> None:
    """A server that answers but takes nothing is down for the check, and not for what reads."""
    service = uuid4().hex
    store = RedisStore(valkey_url, service)
    store.open_session("s", "ann", 2e9)
    with Redis.from_url(valkey_url) as client:
        client.config_set("maxmemory", 1)
        try:
            with pytest.raises(StoreDownError, match="OutOfMemoryError"):
                store.check()
            assert not store.revoked("u", "s", "ann", 0)
        finally:
            client.config_set("maxmemory", 0)
    store.check()


def test_redis_that_hangs() -> None:
    """A server that does not answer is asked once, and then left alone for a moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        store = RedisStore(f"redis://127.0.0.1:{listener.getsockname()[1]}/0", "shop")
        for _ in range(20):
            with pytest.raises(StoreDownError):
                store.revoked("t", "s", "ann", 0)
        listener.settimeout(0)
        listener.accept()[0].close()
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_postgres_that_hangs(postgres_url: str) -> None:
    """A server that stops to answer is given up, what waits for it too, and then left alone for a moment."""
    with linked(postgres_url) as link:
        store = SqlStore(make_url(link.url), uuid4().hex)
        store.open_session("s", "ann", 2e9)
        link.hang()
        # Without a limit it would wait for ever.
        with pytest.raises(StoreDownError, match="OperationalError"):
            store.revoked("t", "s", "ann", 0)
        with pytest.raises(StoreDownError, match="did not answer in time"):
            store.revoked("t", "s", "ann", 0)


def test_a_pause() -> None:
    """After a failure that took long one call in each pause finds out whether the server answers again."""
    now, asked = [0.0], [0]
    ask = Asking(LookupError, lambda error: isinstance(error, KeyError), clock=lambda: now[0])

    def fail(seconds: float, error: type[Exception]) -> object:
        asked[0] += 1
        now[0] += seconds
        raise error

    def times(seconds: float, error: type[Exception] = KeyError) -> int:
        asked[0] = 0
        for _ in range(5):
            with pytest.raises(StoreDownError):
                ask(lambda: fail(seconds, error))
        return asked[0]

    assert times(0) == 5
    assert times(SLOW * 2, IndexError) == 5
    assert times(SLOW * 2) == 1
    now[0] += PAUSE
    assert times(0) == 1
    now[0] += PAUSE
    assert ask(lambda: "done") == "done"
    assert times(0) == 5


def test_other_errors_are_not_hidden() -> None:
    """What is no failure of the server is raised as it is."""
    with pytest.raises(KeyError):
        Asking(ValueError, bool)(lambda: {}["missing"])
