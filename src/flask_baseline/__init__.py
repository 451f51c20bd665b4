"""A plain Flask app becomes a production-grade service: ``Baseline(app)``."""

from typing import TYPE_CHECKING

from ._lazy import names_of

if TYPE_CHECKING:
    from ._baseline import Baseline
    from .errors import ConfigError
    from .problems import Problem
    from .validation.endpoint import endpoint
    from .validation.markers import Body, Cookie, File, Form, Header, Query
else:
    # pytest imports the package at its start, for the plugin, and Flask's commands do: it must not bring
    # Flask and pydantic with it.
    __getattr__ = names_of(
        __name__,
        {
            "Baseline": "._baseline",
            "ConfigError": ".errors",
            "Problem": ".problems",
            "endpoint": ".validation.endpoint",
            **dict.fromkeys(("Body", "Cookie", "File", "Form", "Header", "Query"), ".validation.markers"),
        },
    )

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
