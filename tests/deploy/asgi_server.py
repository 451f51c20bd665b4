"""A server that speaks ASGI by hand, and its client: what one sends, and when it leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask

from flask_baseline.deploy.asgi import to_asgi
from tests.waiting import LIMIT_SECONDS

Message = dict[str, Any]


@dataclass
class Exchange:
    """What a client has got of one request, message by message."""

    messages: list[Message] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in self.messages[0]["headers"]}

    @property
    def chunks(self) -> list[bytes]:
        return [message["body"] for message in self.messages[1:] if message["body"]]

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)


def scope_of(path: str, method: str = "GET", headers: Iterable[tuple[str, str]] = (), **more: Any) -> Message:
    """Return the scope of a request."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"shop.test"), *((name.encode(), value.encode()) for name, value in headers)],
        "server": ("shop.test", 80),
        "client": ("203.0.113.7", 5000),
        **more,
    }


@dataclass
class Visit:
    """How a client behaves.

    Args:
        parts: of its body, all of which it sends at once.
        is_whole: whether it sends its body to the end; else it leaves there.
        leaves: whether it has left, asked while it gets the response.
    """

    parts: list[bytes] = field(default_factory=list)
    is_whole: bool = True
    leaves: Callable[[Exchange], bool] = lambda exchange: False


async def visit(asgi: Any, scope: Message, how: Visit, send_fails: Exception | None = None) -> Exchange:
    """Send one request, and return what came back."""
    exchange, is_over = Exchange(), asyncio.Event()
    parts = [{"type": "http.request", "body": part, "more_body": True} for part in how.parts]
    if how.is_whole:
        parts.append({"type": "http.request", "body": b"", "more_body": False})

    async def receive() -> Message:
        if parts:
            return parts.pop(0)
        while how.is_whole and not is_over.is_set() and not how.leaves(exchange):
            await asyncio.sleep(0.002)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        exchange.messages.append(message)
        if send_fails is not None and message["type"] == "http.response.body":
            raise send_fails

    try:
        await asyncio.wait_for(asgi(scope, receive, send), LIMIT_SECONDS)
    finally:
        is_over.set()
    return exchange


def ask(app: Flask, path: str = "/", method: str = "GET", how: Visit | None = None, **more: Any) -> Exchange:
    """Send one request to *app* and return what came back."""
    return asyncio.run(visit(to_asgi(app), scope_of(path, method, **more), how or Visit()))
