"""What the tests under real servers share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services import postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Return the URL of a PostgreSQL that runs for all tests."""
    with postgres() as url:
        yield url
