"""Ask the store, and refuse where it cannot be asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ..auth.denied import denied
from ..auth.store import StoreDownError

_T = TypeVar("_T")


def ask(work: Callable[[], _T]) -> _T:
    """Return what *work* does with the store.

    Raises:
        Denied: ``auth_unavailable``.
    """
    try:
        return work()
    except StoreDownError:
        pass
    # Outside of the handler: what the store has raised is nobody's context.
    raise denied("auth_unavailable")
