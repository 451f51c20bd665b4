"""Say what a test lacks, without a traceback through the plugin."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import NoReturn

import pytest


def give_up(message: str) -> NoReturn:
    """End the test that asks with an error: what it needs is not there, which is no reason to skip it."""
    pytest.fail(message, pytrace=False)


@contextmanager
def clear_errors() -> Generator[None]:
    """Show errors of flask-baseline, which have their remedy, by their message alone."""
    from ..errors import BaselineError

    try:
        yield
    except BaselineError as error:
        message = error.format_message()
    else:
        return
    give_up(message)
