"""Serve a Flask app under an ASGI server: ``asgi_app = to_asgi(create_app())``, ``uvicorn shop:asgi_app``.

It is a2wsgi with what an app relies on under a WSGI server. A stream ends when its client has left; a body
whose client leaves half-way is an error, and one that has no length is read to its end. And telemetry is sent
when the server shuts down: Uvicorn ends itself by a signal, at which Python runs nothing any more.
"""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import quote

from a2wsgi import WSGIMiddleware
from flask import Flask

from ..ingress.counted import MAX_DISCARDED
from ..telemetry.closing import flush_all
from .asgi_body import ReceivedBody
from .asgi_client import Client, Message, Receive, Send

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["to_asgi"]

ASGIApp = Callable[[Message, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

_BLOCK = 65_536


class _Request(NamedTuple):
    client: Client
    body: ReceivedBody


_request: ContextVar[_Request] = ContextVar("flask_baseline.asgi_request")
"""The one that a2wsgi calls the app for, in a copy of the context."""


def to_asgi(app: Flask, *, threads: int = 10) -> ASGIApp:
    """Return *app* as an ASGI application, which refuses WebSockets.

    Args:
        app: it runs in threads, since WSGI blocks.
        threads: how many requests a process serves at the same time.
    """
    serve = cast(ASGIApp, WSGIMiddleware(cast(Any, _as_under_wsgi(app)), workers=threads))

    async def served(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await _answer(serve, scope, receive, send)
        else:
            await serve(scope, receive, send)

    return served


async def _answer(serve: ASGIApp, scope: Message, receive: Receive, send: Send) -> None:
    client = Client(receive, send)
    body = ReceivedBody(asyncio.get_running_loop(), client.receive)
    _request.set(_Request(client, body))
    try:
        await serve(
            _as_wsgi_can_have_it(scope), client.receive, _taking_all(client.send, body, scope["headers"])
        )
    finally:
        client.leave()
    if client.error is not None:
        raise client.error


def _as_under_wsgi(app: Flask) -> WSGIApplication:
    def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        client, body = _request.get()
        environ["wsgi.input"] = io.BufferedReader(body, _BLOCK)
        # An ASGI server says where a body ends, whether it has a length or not.
        environ["wsgi.input_terminated"] = True
        # a2wsgi has standard output there.
        environ["wsgi.errors"] = sys.stderr
        return _UntilItLeaves(app(environ, start_response), client)

    return serve


class _UntilItLeaves:
    """The body of a response, which ends early when its client has left."""

    def __init__(self, body: Iterable[bytes], client: Client) -> None:
        self._body, self._client = body, client

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            if self._client.is_gone:
                return
            yield chunk

    def close(self) -> None:
        """End the request, as a server does whatever happens."""
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


def _taking_all(send: Send, body: ReceivedBody, headers: Headers) -> Send:
    """Return *send*, which takes the rest of a refused body before the answer ends.

    A server closes the connection then, and a client that sends all before it reads would not see the answer.
    """
    is_refused = False

    async def sending(message: Message) -> None:
        nonlocal is_refused
        if message["type"] == "http.response.start":
            # Without a length a client may wait for the end of the answer in the midst of its body.
            is_refused = 400 <= message["status"] < 500 and _length(message["headers"]) is not None
        elif is_refused and not message.get("more_body") and (_length(headers) or 0) <= MAX_DISCARDED:
            await body.discard()
        await send(message)

    return sending


def _length(headers: Headers) -> int | None:
    for name, value in headers:
        if name.lower() == b"content-length" and value.isdigit():
            return int(value)
    return None


def _as_wsgi_can_have_it(scope: Message) -> Message:
    """Return *scope* with what has no place in a WSGI environ changed, or left out."""
    changed: dict[str, object] = {}
    query: bytes = scope.get("query_string", b"")
    # A server may let bytes through that no URL has.
    quoted = quote(query, safe="!#$%&'()*+,/:;=?@[]~<>\"\\^`{|}").encode()
    if quoted != query:
        changed["query_string"] = quoted
    headers: Headers = scope["headers"]
    if any(b"_" in name for name, _ in headers):
        # X_Forwarded_For would be another value of X-Forwarded-For, behind the one of the proxy.
        changed["headers"] = [(name, value) for name, value in headers if b"_" not in name]
    return {**scope, **changed} if changed else scope


async def _live(receive: Receive, send: Send) -> None:
    """Answer the server's start and end (ASGI, Lifespan Protocol 2.0)."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            # Nothing else is served by now, so that the loop may wait.
            flush_all()
            await send({"type": "lifespan.shutdown.complete"})
            return
