"""The clock by which features let things expire: it is not set back, and tests can move it.

What waits for something uses `time.monotonic` itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable

source: Callable[[], float] = time.monotonic
"""Returns seconds since some time in the past. Tests have another one."""


def monotonic() -> float:
    """Return seconds since some time in the past."""
    return source()
