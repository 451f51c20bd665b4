"""A clock that stands still."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from .. import _clock
from ..errors import MissingExtraError

if TYPE_CHECKING:
    import time_machine


@contextmanager
def frozen_clock() -> Generator[time_machine.Traveller]:
    """Stop the clock at the present second, in UTC, until the end of the block; yield what moves it.

    What expires in the features of an app goes by it too. What waits does not: `time.monotonic` goes on.

    Raises:
        MissingExtraError: time-machine is not installed.
    """
    try:
        import time_machine
    except ImportError:
        raise MissingExtraError(
            'A clock that stands still needs time-machine. Fix: pip install "flask-baseline[test]".'
        ) from None
    source, begin = _clock.source, time.monotonic()
    with time_machine.travel(datetime.now(timezone.utc).replace(microsecond=0), tick=False) as traveller:
        stopped = time.time()
        _clock.source = lambda: begin + time.time() - stopped
        try:
            yield traveller
        finally:
            _clock.source = source
