"""Primary keys."""

from __future__ import annotations

import os
import time
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Integer, Uuid
from sqlalchemy.orm import Mapped, mapped_column


class IntegerId:
    """``id``: a number of 64 bits that the database gives."""

    # SQLite numbers rows by itself only in a column that it calls INTEGER, which holds 64 bits too.
    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True, sort_order=-10
    )


def uuid7() -> UUID:
    """Return a UUID that begins with the time (RFC 9562, section 5.7), so that new rows lie side by side."""
    milliseconds = time.time_ns() // 1_000_000
    number = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    return UUID(int=number & ~(0xF << 76) & ~(0b11 << 62) | 7 << 76 | 0b10 << 62)


class UuidId:
    """``id``: a UUID that the app gives, known before the row is stored; none can be guessed from another."""

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True, default=uuid7, sort_order=-10)
