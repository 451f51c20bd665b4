"""Cross-origin requests: off until origins are listed, and decided by exact comparison."""

from .marks import cross_origin

__all__ = ["cross_origin"]
