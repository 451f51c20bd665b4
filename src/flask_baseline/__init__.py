"""A plain Flask app becomes a production-grade service: ``Baseline(app)``."""

from ._baseline import Baseline
from .errors import ConfigError
from .problems import Problem

__all__ = ["Baseline", "ConfigError", "Problem"]
