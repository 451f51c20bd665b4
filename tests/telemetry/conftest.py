"""Nothing of one test is sent in another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ending import end_telemetry


@pytest.fixture(autouse=True)
def ended() -> Iterator[None]:
    """End what a test has started."""
    yield
    end_telemetry()
