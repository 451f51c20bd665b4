"""Name the caller on every log line and in the span of the request.

https://opentelemetry.io/docs/specs/semconv/registry/attributes/enduser/
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from structlog.contextvars import bind_contextvars

from .._exchange import current_exchange
from .events import pseudonym
from .identity import Identity


def naming(app: Flask, *, is_hashed: bool) -> Callable[[Identity], None]:
    """Return what does so, by a pseudonym or by the subject itself."""
    name = "enduser.pseudo.id" if is_hashed else "enduser.id"

    def name_caller(identity: Identity) -> None:
        value = pseudonym(app, "\0".join(identity.key)) if is_hashed else identity.subject
        bind_contextvars(**{name: value})
        exchange = current_exchange.get()
        if exchange is not None and exchange.span is not None:
            exchange.span.set_attribute(name, value)

    return name_caller
