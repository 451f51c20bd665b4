"""``BASELINE_AUTH_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
from typing import Literal

from .._feature import FeatureSettings


class AuthSettings(FeatureSettings):
    """Who may use a view, whatever token says who calls."""

    default: Literal["open", "deny"] = "open"
    """Who may use a view that says nothing: anybody, or known callers alone."""

    log_subject: Literal["none", "hash", "plain"] = "none"
    """Whether log lines and spans of a request name its caller."""
