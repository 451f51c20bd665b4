"""The bytes of the documents, built at the first request for any of them and kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

from flask import Flask


class Published(NamedTuple):
    """A document as it is sent."""

    data: bytes
    etag: str


def publisher(app: Flask, *, has_servers: bool) -> Callable[[str, str], Published]:
    """Return what finds a document of *app*, by its name and the prefix that the app is served under.

    Args:
        app: whose endpoints they describe.
        has_servers: whether the settings say where the app is served.
    """
    lock = Lock()
    built: dict[str, Mapping[str, Any]] = {}

    # The prefix may come from a header, so that there is no end to them.
    @lru_cache(maxsize=16)
    def published(name: str, root: str) -> Published:
        with lock:
            if not built:
                # The libraries that it needs are imported when the first document is asked for.
                from .documents import documents

                built.update(documents(app))
        document = built[name]
        if root and not has_servers:
            document = {**document, "servers": [{"url": root}]}
        data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        return Published(data, hashlib.sha256(data).hexdigest()[:32])

    return published
