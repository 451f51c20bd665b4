"""A base for models, and what many of them have: each part is optional."""

from __future__ import annotations

from .base import Base, naming_convention
from .ids import IntegerId, UuidId, uuid7
from .timestamps import Timestamps, UtcDateTime
from .versions import Versioned

__all__ = [
    "Base",
    "IntegerId",
    "Timestamps",
    "UtcDateTime",
    "UuidId",
    "Versioned",
    "naming_convention",
    "uuid7",
]
