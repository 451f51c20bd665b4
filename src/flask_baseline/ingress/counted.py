"""The stream of a body, counted: it ends where it is said to, and is never longer than its limit."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream

MAX_DISCARDED = 16_777_216
"""Bytes that are read of a body that nobody wants."""

_BLOCK = 65_536


class CountedBody:
    """Stands for ``wsgi.input``. A read raises where the body is too long, or ends too early.

    Werkzeug and some servers give the app the part for the whole in both cases. An error stays: what
    swallows it and reads on gets it again.

    Args:
        stream: the server's.
        declared: how many bytes Content-Length says; None for a body that the server ends itself.
        limit: returns how many there may be; called at the first read, when the view is known.
    """

    def __init__(self, stream: InputStream, declared: int | None, limit: Callable[[], int]) -> None:
        self._stream, self._declared, self._limit = stream, declared, limit
        self._left: int | None = None
        """How many bytes may follow; None before the first read."""
        self._count = 0
        self._error: type[HTTPException] | None = None

    def read(self, size: int | None = -1) -> bytes:
        """Read up to *size* bytes, or all.

        Raises:
            RequestEntityTooLarge: there are more than the limit.
            ClientDisconnected: there are fewer than declared, or the server cannot read them.
        """
        if size is not None and size >= 0:
            return self._counted(self._stream.read, size)
        return b"".join(iter(lambda: self._counted(self._stream.read, sys.maxsize), b""))

    def readline(self, size: int | None = -1) -> bytes:
        """Read up to the end of the line, or *size* bytes; see `read`."""
        return self._counted(self._stream.readline, sys.maxsize if size is None or size < 0 else size)

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """Read all lines; see `read`."""
        return [*self]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def _counted(self, read: Callable[[int], bytes], size: int) -> bytes:
        if self._error is not None:
            raise self._error
        left = self._begun() if self._left is None else self._left
        # Without a length, one byte more than fits tells that there is more.
        wanted = min(size, left + 1 if self._declared is None else left)
        if wanted == 0:
            return b""
        try:
            data = read(wanted)
        except Exception as error:
            # Each server has its own for a body that breaks off or is in wrong chunks.
            raise self._failed(ClientDisconnected) from error
        self._count += len(data)
        self._left = left - len(data)
        if self._left < 0:
            raise self._failed(RequestEntityTooLarge)
        if not data and self._declared is not None:
            raise self._failed(ClientDisconnected)
        return data

    def _begun(self) -> int:
        limit = self._limit()
        if self._declared is None:
            return limit
        if self._declared > limit:
            raise self._failed(RequestEntityTooLarge)
        return self._declared

    def _failed(self, error: type[HTTPException]) -> HTTPException:
        self._error = error
        return error()

    def discard(self) -> None:
        """Read the rest, so that a client that sends all before it reads gets to read the answer.

        Of a body that is far too long nothing is read; there is no end to wait for.
        """
        left = MAX_DISCARDED if self._declared is None else self._declared - self._count
        if left > MAX_DISCARDED or self._error is ClientDisconnected:
            return
        try:
            while left > 0 and (data := self._stream.read(min(_BLOCK, left))):
                left -= len(data)
        except Exception:
            # There is nobody left to answer.
            return
