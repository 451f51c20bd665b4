"""Structured logs: one line an event, one access event a request."""

from .._exchange import current_exchange

__all__ = ["request_id"]


def request_id() -> str | None:
    """Return the id of the request in flight; None outside of one or with the feature off."""
    exchange = current_exchange.get()
    return None if exchange is None else exchange.request_id
