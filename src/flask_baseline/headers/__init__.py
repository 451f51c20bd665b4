"""Security headers, compiled once for each view."""

from .marks import security_headers
from .nonce import csp_nonce

__all__ = ["csp_nonce", "security_headers"]
