"""The apps that are attacked, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.server import Server, gunicorn

ROOT = Path(__file__).parents[2]

APPS = {"bookshop": "examples.bookshop", "everything": "tests.proof.everything"}


@pytest.fixture(scope="session", params=APPS)
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve each app with threads."""
    with serve(request.param, tmp_path_factory.mktemp(request.param)) as server:
        yield server


@pytest.fixture(scope="session")
def bookshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the example."""
    with serve("bookshop", tmp_path_factory.mktemp("bookshop")) as server:
        yield server


def serve(name: str, folder: Path):  # type: ignore[no-untyped-def]
    """Serve the app *name* until the block ends."""
    source = f"from {APPS[name]} import create_app\napp = create_app()\n"
    return gunicorn(folder, source, "--workers", "1", "--threads", "4", env={"PYTHONPATH": str(ROOT)})
