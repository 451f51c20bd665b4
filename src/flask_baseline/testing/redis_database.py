"""A database of Redis for each worker of a run."""

from __future__ import annotations

import os
from collections.abc import Callable
from urllib.parse import urlsplit

from ..errors import ConfigError, ConfigProblem
from .run import Run

GIVEN = "TEST_REDIS_URL"


def redis_url(run: Run) -> tuple[str, Callable[[], None]]:
    """Return the URL of the database of this worker, and what empties it; nothing does in one that is given.

    Raises:
        ConfigError: the URL that the environment gives cannot be used.
        MissingExtraError: the server is not installed.
        ServerError: it does not start.
    """
    given = os.environ.get(GIVEN)
    if given is not None:
        return _numbered(given, run.number), _do_nothing
    from .servers.valkey import empty, start_valkey

    url = _numbered(run.server("valkey", lambda owner: start_valkey(owner=owner)), run.number)
    port = urlsplit(url).port or 0
    return url, lambda: empty(port, run.number)


def _numbered(url: str, number: int) -> str:
    """Return *url* with the number of its database raised by *number*."""
    parts = urlsplit(url)
    first = parts.path.strip("/") or "0"
    if not (parts.scheme in ("redis", "rediss") and parts.hostname and first.isdigit()):
        problem = ConfigProblem(
            GIVEN, "environment", "is no URL of Redis", "use one such as redis://HOST:6379/8"
        )
        raise ConfigError([problem], "test")
    return parts._replace(path=f"/{int(first) + number}").geturl()


def _do_nothing() -> None:
    pass
