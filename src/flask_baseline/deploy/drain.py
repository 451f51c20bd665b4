"""Whether this server is draining: told to stop, still serving, and no longer ready.

The flag lives in a page of shared memory. A server that imports this module before it forks, as
`flask_baseline.deploy.gunicorn` does in gunicorn's master, shares it with its workers. In general
it belongs to the process that imported this module and to all that it has forked since.
"""

from __future__ import annotations

import mmap
import struct

_SECONDS = struct.Struct("d")
_FLAG = _SECONDS.size
_page = mmap.mmap(-1, _SECONDS.size + 1)


def start() -> None:
    """Say that the server drains."""
    _page[_FLAG] = 1


def is_draining() -> bool:
    """Return whether the server drains."""
    return _page[_FLAG] == 1


def set_seconds(wanted: float) -> None:
    """Say how many seconds an app wants a drain to last; its settings are known to the workers alone.

    The longest one holds until the server is started again, so that of two apps neither is cut short.
    """
    if wanted > seconds():
        _page[:_FLAG] = _SECONDS.pack(wanted)


def seconds() -> float:
    """Return how long a drain lasts, in seconds; 0 until an app has said it."""
    return float(_SECONDS.unpack(_page[:_FLAG])[0])
