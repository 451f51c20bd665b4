"""A plain Flask app becomes a production-grade service: ``Baseline(app)``."""

from ._baseline import Baseline
from .errors import ConfigError
from .problems import Problem
from .validation.endpoint import endpoint
from .validation.markers import Body, Cookie, File, Form, Header, Query

__all__ = [
    "Baseline",
    "Body",
    "ConfigError",
    "Cookie",
    "File",
    "Form",
    "Header",
    "Problem",
    "Query",
    "endpoint",
]
