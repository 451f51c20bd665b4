"""Outcomes in Redis, or what speaks its protocol."""

from __future__ import annotations

from typing import Any, cast

from redis import Redis

from .store import Claim

_PREFIX = "baseline:idempotency:"
_SECONDS = 2.0

# One script is one step for all others. Redis forgets the record itself when its time is over.
_CLAIM = """
local fingerprint = redis.call('HGET', KEYS[1], 'fingerprint')
if fingerprint and redis.call('HGET', KEYS[1], 'owner') ~= ARGV[2] then
  return {0, fingerprint, redis.call('HGET', KEYS[1], 'outcome')}
end
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'owner', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return {1}
"""
_COMPLETE = """
if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'outcome', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
"""
_RELEASE = """
if redis.call('HGET', KEYS[1], 'owner') == ARGV[1] and redis.call('HEXISTS', KEYS[1], 'outcome') == 0 then
  redis.call('DEL', KEYS[1])
end
"""


class RedisStore:
    """An `IdempotencyStore` at a URL. Its pool opens its connections anew after a fork."""

    def __init__(self, url: str) -> None:
        client = cast("Any", Redis).from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
        self._claim = client.register_script(_CLAIM)
        self._complete = client.register_script(_COMPLETE)
        self._release = client.register_script(_RELEASE)

    def claim(self, key: str, fingerprint: str, owner: str, lease: float) -> Claim:
        """Take *key* when it is free."""
        is_ours, *found = self._claim([_PREFIX + key], [fingerprint, owner, int(lease * 1000)])
        return (
            Claim(True) if is_ours else Claim(False, found[0].decode(), found[1] if len(found) > 1 else None)
        )

    def complete(self, key: str, owner: str, outcome: bytes, keep: float) -> None:
        """Record the outcome, if *owner* still holds *key*."""
        self._complete([_PREFIX + key], [owner, outcome, int(keep * 1000)])

    def release(self, key: str, owner: str) -> None:
        """Free *key*, if *owner* still holds it."""
        self._release([_PREFIX + key], [owner])
