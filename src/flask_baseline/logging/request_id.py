"""The id of a request: taken from its header if it is harmless, else made, and given back."""

from __future__ import annotations

import os
import re

from .._edge import BeginStep, RespondStep
from .._exchange import Exchange, Header

_harmless = re.compile(r"[A-Za-z0-9._-]{1,128}").fullmatch


def accept(header: str) -> BeginStep:
    """Return the step that gives each exchange its id from *header*."""
    variable = "HTTP_" + header.upper().replace("-", "_")

    def accept_request_id(exchange: Exchange) -> None:
        given = exchange.environ.get(variable)
        if given is not None and _harmless(given):
            exchange.request_id = given
        else:
            # Not from `random`: uWSGI forks without reseeding it, and the workers would share ids.
            exchange.request_id = os.urandom(16).hex()

    return accept_request_id


def echo(header: str) -> RespondStep:
    """Return the step that answers with *header*, unless the view has set it."""
    lower, length = header.lower(), len(header)

    def echo_request_id(exchange: Exchange, headers: list[Header]) -> None:
        for name, _ in headers:
            if len(name) == length and name.lower() == lower:
                return
        if exchange.request_id is not None:
            headers.append((header, exchange.request_id))

    return echo_request_id
