"""The tables of tokens, for a SQL database and for its migrations."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, MetaData, String, Table

METADATA = MetaData()
"""What Alembic's ``target_metadata`` lists besides the app's own."""

# Ids are digests. Times are seconds since 1970 by the clocks of the services.

SESSIONS = Table(
    "baseline_auth_sessions",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("subject", String(64), nullable=False, index=True),
    Column("generation", BigInteger, nullable=False),
    Column("rotated", Float(53), nullable=False),
    Column("expires", Float(53), nullable=False, index=True),
)

SUBJECTS = Table(
    "baseline_auth_subjects",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("ended", Float(53), nullable=False),
    Column("expires", Float(53), nullable=False, index=True),
)

MARKS = Table(
    "baseline_auth_marks",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("expires", Float(53), nullable=False, index=True),
)
"""Tokens that were revoked, and values that may come only once."""
