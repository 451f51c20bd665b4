"""Public names that are imported at their first use, so that a package costs nothing until then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def names_of(package: str, homes: Mapping[str, str]) -> Callable[[str], object]:
    """Return the ``__getattr__`` of *package* (PEP 562).

    Args:
        package: its ``__name__``.
        homes: each public name, with the module that has it, relative to the package.
    """

    def get(name: str) -> object:
        home = homes.get(name)
        if home is None:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(home, package), name)
        # From now on it is found without us.
        setattr(sys.modules[package], name, value)
        return value

    return get
