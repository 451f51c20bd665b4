"""A client of an ASGI server, for an app that blocks: whether it is still there, and what it sends."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from werkzeug.exceptions import ClientDisconnected

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


MOST_KEPT = 65_536
"""Bytes of a body that nobody reads."""


class Client:
    """Who has sent a request.

    Args:
        receive: the server's.
        send: the server's.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self.is_gone = False
        """Whether nobody takes the response any more."""
        self.error: Exception | None = None
        """What the server has made of the response."""
        self._is_complete = False
        self._kept: deque[Message] = deque()
        self._one_reads = asyncio.Lock()
        self._chunks = 0
        self._watch: asyncio.Task[None] | None = None

    async def receive(self) -> Message:
        """Return the next part of the body.

        Raises:
            ClientDisconnected: the client has left in the middle of it. It is no end of the body.
        """
        if not self._kept:
            async with self._one_reads:
                # Who has had the turn before may have kept one.
                if not self._kept:
                    self._kept.append(await self._next())
        message = self._kept.popleft()
        if message["type"] == "http.disconnect" and not self._is_complete:
            raise ClientDisconnected()
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the response. It never raises.

        What comes behind it must be taken, or the app waits for ever.
        """
        if self.is_gone:
            return
        try:
            await self._send(message)
        except Exception as error:
            self.is_gone, self.error = True, error
        self._chunks += bool(message.get("more_body"))
        # What is answered in one part has no need of it.
        if self._chunks == 2 and self._watch is None:
            self._watch = asyncio.create_task(self._see_it_leave())

    def leave(self) -> None:
        """Have no more to do with it."""
        self.is_gone = True
        if self._watch is not None:
            self._watch.cancel()

    async def _see_it_leave(self) -> None:
        """Wait until it leaves, behind a body that the app has not read, if that is not too long to keep."""
        while sum(len(message.get("body", b"")) for message in self._kept) < MOST_KEPT:
            async with self._one_reads:
                message = await self._next()
                if self.is_gone:
                    return
                self._kept.append(message)

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.is_gone = True
        elif not message.get("more_body", False):
            self._is_complete = True
        return message
