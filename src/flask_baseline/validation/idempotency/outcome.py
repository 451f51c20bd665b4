"""The answer to an idempotent request, as a store keeps it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from flask import Response, current_app, json

MAX_BODY = 1_000_000
"""Bytes of a body that is kept; a longer one cannot be answered again."""

# They belong to one connection or one request (RFC 9110, section 7.6.1), or to the client's other state.
_NOT_KEPT = frozenset(
    "connection content-length date keep-alive server set-cookie trailer transfer-encoding upgrade "
    "x-request-id".split()
)


def packed(response: Response) -> bytes:
    """Return *response* as bytes, without its body where this is too long."""
    response.direct_passthrough = False
    body = response.get_data()
    headers = [(name, value) for name, value in response.headers.items() if name.lower() not in _NOT_KEPT]
    kept = b64encode(body).decode() if len(body) <= MAX_BODY else None
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
