"""Counts in Redis, or what speaks its protocol: all processes share them."""

from __future__ import annotations

import time
from typing import Any, cast

from limits import (
    RateLimitItem,
    RateLimitItemPerDay,
    RateLimitItemPerHour,
    RateLimitItemPerMinute,
    RateLimitItemPerSecond,
)
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from .store import Count, whole_seconds
from .texts import Limit

_ITEMS: dict[str, type[RateLimitItem]] = {
    "second": RateLimitItemPerSecond,
    "minute": RateLimitItemPerMinute,
    "hour": RateLimitItemPerHour,
    "day": RateLimitItemPerDay,
}

SECONDS = 0.5
"""How long a request waits for an answer of the store."""

_PROBE = Limit(1, 1, "second")


class SharedStore:
    """A `Store` at a URL. Its pool opens its connections anew after a fork.

    Args:
        url: of Redis.
        service: whose counts these are; other services may have theirs in the same Redis.

    Raises:
        Exception: the URL is wrong. Its text may quote the URL.
    """

    def __init__(self, url: str, service: str) -> None:
        pool: Any = cast("Any", ConnectionPool).from_url(
            url,
            socket_timeout=SECONDS,
            socket_connect_timeout=SECONDS,
            # By default it tries again for seconds, while the client waits.
            retry=Retry(NoBackoff(), 0),
        )
        # It connects when it is used, and only then finds options of the URL that there are not.
        pool.connection_class(**pool.connection_kwargs)
        # Where the pool is given, the URL says no more than which library it is.
        self._limiter = SlidingWindowCounterRateLimiter(RedisStorage("redis://", connection_pool=pool))
        self._namespace = f"baseline/{service}"

    def hit(self, limit: Limit, what: str, who: str) -> Count:
        """Count one request of *who* to *what*, unless that would exceed *limit*."""
        item = _ITEMS[limit.unit](limit.amount, limit.multiple, self._namespace)
        is_within = self._limiter.hit(item, what, who)
        stats = self._limiter.get_window_stats(item, what, who)
        # Others may have come in between.
        left = max(0, stats.remaining) if is_within else 0
        return Count(limit, not is_within, left, whole_seconds(stats.reset_time - time.time(), limit))

    def check(self) -> None:
        """Count: a server that answers a ping may refuse to write all the same."""
        self.hit(_PROBE, "readiness", "")
