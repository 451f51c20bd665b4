"""Who looks at events while they are written: tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from .._safe import Json

Take: TypeAlias = "Callable[[dict[str, Json]], None]"

takers: tuple[Take, ...] = ()
"""Each gets every event of the process, with the names of its line. A new tuple each time."""
