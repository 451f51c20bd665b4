"""The body of a request to an ASGI server, as a WSGI app reads it."""

from __future__ import annotations

import asyncio
import io
from typing import Any

from werkzeug.exceptions import ClientDisconnected

from ..ingress.counted import MAX_DISCARDED
from .asgi_client import Receive


class ReceivedBody(io.RawIOBase):
    """What *receive* yields in the *loop*, to be read in another thread.

    Args:
        loop: the server's.
        receive: raises `ClientDisconnected` where the body ends before its end.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, receive: Receive) -> None:
        self._loop, self._receive = loop, receive
        # Who asks for a message that another one has got would wait for ever.
        self._lock = asyncio.Lock()
        self._part = b""
        self._has_more = True
        self._is_broken = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill *buffer* as far as a part of the body goes.

        Raises:
            ClientDisconnected: it ends before its end.
        """
        if not self._part and self._has_more:
            self._part = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
        if not self._part and self._is_broken:
            raise ClientDisconnected
        size = min(len(buffer), len(self._part))
        buffer[:size], self._part = self._part[:size], self._part[size:]
        return size

    async def discard(self) -> None:
        """Receive the rest, but for one that does not end."""
        left = MAX_DISCARDED
        while left > 0 and (part := await self._next()):
            left -= len(part)

    async def _next(self) -> bytes:
        """Return the next part; nothing at the end."""
        part = b""
        async with self._lock:
            while self._has_more and not part:
                try:
                    message = await self._receive()
                except ClientDisconnected:
                    self._is_broken, self._has_more = True, False
                else:
                    self._has_more = message.get("more_body", False)
                    part = message.get("body", b"")
        return part
