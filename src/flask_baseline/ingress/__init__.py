"""What comes in: proxies, hosts, the scheme, and how much of a body is read."""

from .body import max_body_bytes

__all__ = ["max_body_bytes"]
