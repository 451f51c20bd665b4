"""Whether the databases answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from opentelemetry import context
from sqlalchemy import text

from .._feature import ReadinessCheck
from .settings import DEFAULT

if TYPE_CHECKING:
    from sqlalchemy import Engine

# OpenTelemetry's instrumentations look for it; a probe has no spans.
_UNTRACED = "suppress_instrumentation"


def readiness_checks(names: Iterable[str], engine: Callable[[str], Engine]) -> list[ReadinessCheck]:
    """Return a check for each database in *names*, of which the default one is critical."""
    return [
        ReadinessCheck(
            "database" if name == DEFAULT else f"database:{name}",
            _answers(name, engine),
            critical=name == DEFAULT,
        )
        for name in names
    ]


def _answers(name: str, engine: Callable[[str], Engine]) -> Callable[[], None]:
    def answers() -> None:
        token = context.attach(context.set_value(_UNTRACED, True))
        try:
            with engine(name).connect() as connection:
                connection.execute(text("SELECT 1"))
        finally:
            context.detach(token)

    return answers
