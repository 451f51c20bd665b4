"""Tokens in Redis, or what speaks its protocol."""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import Any, cast
from urllib.parse import quote
from uuid import uuid4

from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError, TimeoutError
from redis.retry import Retry

from ..store import KEEP_LONGER, Rotation
from .asking import Asking
from .digests import digest

SECONDS = 0.5
"""How long a request waits for an answer of the server."""

_LATEST = 10**14
"""The last millisecond that a record is kept for; numbers of JSON may be greater than any of Redis."""

# Each script is one step for all others, and Redis itself forgets records when their time is over. In a
# session there are: its epoch, its generation, when that began, and when the session is over. In a subject:
# the epoch of its sessions, when all were ended, and until when that is kept. All times are milliseconds.
# A session has ended when its subject has another epoch or none, so that all end in one step.
_OPEN = """
local found = redis.call('GET', KEYS[2]) or ''
local epoch, ended, kept = string.match(found, '^(%S+) (%d+) (%d+)$')
epoch, ended, kept = epoch or ARGV[1], ended or '0', kept or '0'
if tonumber(kept) < tonumber(ARGV[3]) then kept = ARGV[3] end
redis.call('SET', KEYS[1], epoch .. ' 0 0 ' .. ARGV[2])
redis.call('PEXPIREAT', KEYS[1], ARGV[3])
redis.call('SET', KEYS[2], epoch .. ' ' .. ended .. ' ' .. kept)
redis.call('PEXPIREAT', KEYS[2], kept)
"""
_ROTATE = """
local found = redis.call('GET', KEYS[1]) or ''
local epoch, generation, began, over = string.match(found, '^(%S+) (%d+) (%d+) (%d+)$')
local current = string.match(redis.call('GET', KEYS[2]) or '', '^%S+')
if not epoch or epoch ~= current or tonumber(over) <= tonumber(ARGV[3]) then return 'ended' end
if generation == ARGV[1] then
  local kept = redis.call('PTTL', KEYS[1])
  redis.call('SET', KEYS[1], epoch .. ' ' .. ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. over)
  redis.call('PEXPIRE', KEYS[1], kept)
  return 'advanced'
end
if generation == ARGV[2] and ARGV[3] - began <= tonumber(ARGV[4]) then return 'in_grace' end
redis.call('DEL', KEYS[1])
return 'reused'
"""
_END_SUBJECT = """
local kept = string.match(redis.call('GET', KEYS[1]) or '', '(%d+)$') or '0'
if tonumber(kept) < tonumber(ARGV[3]) then kept = ARGV[3] end
redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2] .. ' ' .. kept)
redis.call('PEXPIREAT', KEYS[1], kept)
"""
_MARK = """
if redis.call('SETNX', KEYS[1], '1') == 0 then return 0 end
redis.call('PEXPIREAT', KEYS[1], ARGV[1])
return 1
"""


class RedisStore:
    """A `TokenStore` at a URL. Its pool opens its connections anew after a fork.

    Args:
        url: of Redis.
        namespace: whose tokens these are; others may have theirs in the same Redis.
        clock: tells the time.

    Raises:
        Exception: the URL is wrong. Its text may quote the URL.
    """

    def __init__(self, url: str, namespace: str, clock: Callable[[], float] = time) -> None:
        pool: Any = cast("Any", ConnectionPool).from_url(
            url,
            socket_timeout=SECONDS,
            socket_connect_timeout=SECONDS,
            # By default it tries again for seconds, while the client waits.
            retry=Retry(NoBackoff(), 0),
        )
        pool.connection_kwargs["decode_responses"] = False
        # It connects when it is used, and only then finds options of the URL that there are not.
        pool.connection_class(**pool.connection_kwargs)
        self._client = cast("Any", Redis)(connection_pool=pool)
        # The braces keep all keys in one slot of a cluster, without which no script may have two.
        self._prefix = f"baseline:{{{quote(namespace, safe=':/', errors='surrogatepass')}}}:auth:"
        self._clock = clock
        self._ask = Asking(RedisError, lambda error: isinstance(error, (TimeoutError, ConnectionError)))
        self._open, self._rotate, self._end_subject, self._mark = (
            self._client.register_script(text) for text in (_OPEN, _ROTATE, _END_SUBJECT, _MARK)
        )

    def revoked(self, token_id: str | None, session_id: str | None, subject: str, issued_at: float) -> bool:
        """Whether an access token no longer counts."""
        keys = [self._key("subject", subject)]
        if session_id is not None:
            keys.append(self._key("session", session_id))
        if token_id is not None:
            keys.append(self._key("token", token_id))
        found, *others = self._ask(lambda: self._client.mget(keys))
        if token_id is not None and others.pop() is not None:
            return True
        epoch, ended, _ = (b"", 0, 0) if found is None else found.split()
        if session_id is None:
            return issued_at * 1000 < int(ended)
        if others[0] is None:
            return True
        of_session, _, _, over = others[0].split()
        return bool(of_session != epoch or int(over) <= self._clock() * 1000)

    def revoke_token(self, token_id: str, until: float) -> None:
        """Let one token no longer count."""
        keys, args = [self._key("token", token_id)], [_milliseconds(until + KEEP_LONGER)]
        self._ask(lambda: self._mark(keys, args))

    def open_session(self, session_id: str, subject: str, until: float) -> None:
        """Begin a session."""
        keys = [self._key("session", session_id), self._key("subject", subject)]
        args = [uuid4().hex, _milliseconds(until), _milliseconds(until + KEEP_LONGER)]
        self._ask(lambda: self._open(keys, args))

    def rotate(self, session_id: str, subject: str, generation: int, grace: float) -> Rotation:
        """Use the refresh token of *generation*."""
        keys = [self._key("session", session_id), self._key("subject", subject)]
        args = [generation, generation + 1, _milliseconds(self._clock()), _milliseconds(grace)]
        return Rotation(self._ask(lambda: self._rotate(keys, args)).decode())

    def end_session(self, session_id: str) -> None:
        """Log out."""
        key = self._key("session", session_id)
        self._ask(lambda: self._client.delete(key))

    def end_subject(self, subject: str, until: float) -> None:
        """Log out everywhere."""
        keys = [self._key("subject", subject)]
        args = [uuid4().hex, _milliseconds(self._clock()), _milliseconds(until + KEEP_LONGER)]
        self._ask(lambda: self._end_subject(keys, args))

    def seen_once(self, kind: str, value: str, until: float) -> bool:
        """Whether *value* comes for the first time."""
        keys, args = [self._key("seen", kind, value)], [_milliseconds(until + KEEP_LONGER)]
        return bool(self._ask(lambda: self._mark(keys, args)))

    def prune(self) -> None:
        """Redis forgets by itself."""

    def check(self) -> None:
        """Write: a server that answers a ping may refuse to."""
        key = f"{self._prefix}check"
        self._ask(lambda: self._client.set(key, "", px=1000))

    def _key(self, kind: str, *parts: str) -> str:
        return f"{self._prefix}{kind}:{digest(*parts)}"


def _milliseconds(seconds: float) -> int:
    return int(min(seconds * 1000, _LATEST))
