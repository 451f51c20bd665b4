"""How often a token store is asked for one request."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import make_url

from flask_baseline.auth.store import TokenStore
from flask_baseline.auth.stores.redis import RedisStore
from flask_baseline.auth.stores.sql import SqlStore


def _redis(url: str) -> TokenStore:
    return RedisStore(url, uuid4().hex)


def _sql(url: str) -> TokenStore:
    return SqlStore(make_url(url), uuid4().hex)


@contextmanager
def _counted(port: int) -> Iterator[tuple[int, list[int]]]:
    """Yield a port that leads to *port*, and how many bytes each message to it had."""
    sent: list[int] = []

    def carry(source: socket.socket, target: socket.socket, seen: Callable[[int], None]) -> None:
        while data := source.recv(2**16):
            seen(len(data))
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)

    def serve() -> None:
        client, _ = listener.accept()
        with client, socket.create_connection(("127.0.0.1", port)) as server:
            back = Thread(target=carry, args=(server, client, lambda _count: None), daemon=True)
            back.start()
            carry(client, server, sent.append)
            back.join()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1], sent


@pytest.mark.parametrize(("server", "open_at"), [("postgres", _sql), ("valkey", _redis)])
def test_one_round_trip(
    server: str, open_at: Callable[[str], TokenStore], request: pytest.FixtureRequest
) -> None:
    """Whether a token is revoked, for itself, its session and its subject, takes one message."""
    url: str = request.getfixturevalue(f"{server}_url")
    port = urlsplit(url).port
    assert port is not None
    with _counted(port) as (relayed, sent):
        store = open_at(url.replace(f":{port}", f":{relayed}"))
        store.open_session("s", "ann", 2e9)
        for _ in range(20):
            sent.clear()
            assert not store.revoked("t", "s", "ann", 0)
            assert len(sent) == 1
        store.end_subject("ann", 2e9)
        sent.clear()
        assert store.revoked("t", "s", "ann", 0)
        assert len(sent) == 1
