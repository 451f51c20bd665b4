"""Databases, by SQLAlchemy: ``from flask_baseline.database import db``."""

from .handle import db

__all__ = ["db"]
