"""The answer to an idempotent request, as a store keeps it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask import Response, current_app, json
from werkzeug.wsgi import ClosingIterator

MAX_BODY = 1_000_000
"""Bytes of a body that is kept; a longer one cannot be answered again."""

# They belong to one connection or one request (RFC 9110, section 7.6.1), or to the client's other state.
_NOT_KEPT = frozenset(
    "connection content-length date keep-alive server set-cookie trailer transfer-encoding upgrade "
    "x-request-id".split()
)


def packed(response: Response) -> bytes:
    """Return *response* as bytes, without its body where this is too long.

    Of a streamed body no more than is kept is read ahead.
    """
    body = _body_of(response)
    headers = [(name, value) for name, value in response.headers.items() if name.lower() not in _NOT_KEPT]
    kept = None if body is None else b64encode(body).decode()
    return json.dumps({"status": response.status, "headers": headers, "body": kept}).encode()


def unpacked(outcome: bytes) -> Response | None:
    """Return the response that was kept, and None where its body was too long."""
    kept: dict[str, Any] = json.loads(outcome)
    if kept["body"] is None:
        return None
    response = current_app.response_class(b64decode(kept["body"]), kept["status"])
    response.headers.clear()
    response.headers.extend([(name, value) for name, value in kept["headers"]])
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _body_of(response: Response) -> bytes | None:
    if not response.is_streamed:
        body = response.get_data()
        return body if len(body) <= MAX_BODY else None
    if (response.content_length or 0) > MAX_BODY:
        return None
    source: Any = response.response
    response.direct_passthrough = False
    chunks: Iterator[bytes] = iter(response.iter_encoded())
    ahead: list[bytes] = []
    size = 0
    for chunk in chunks:
        ahead.append(chunk)
        size += len(chunk)
        if size > MAX_BODY:
            close = getattr(source, "close", None)
            response.response = ClosingIterator(chain(ahead, chunks), [close] if close else [])
            return None
    # Its length is known now, and werkzeug closes what was read.
    response.call_on_close(getattr(source, "close", lambda: None))
    response.set_data(b"".join(ahead))
    return response.get_data()
