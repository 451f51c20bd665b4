"""Wait for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

LIMIT_SECONDS = 30.0
"""How long anything may take on a busy machine before a test gives up."""


def wait_until(is_so: Callable[[], object]) -> None:
    """Wait until *is_so* returns something true."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "still not so"
        time.sleep(0.005)
