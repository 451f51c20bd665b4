"""How often a client may ask."""

from .marks import no_rate_limit, rate_limit

__all__ = ["no_rate_limit", "rate_limit"]
