"""What every settings model has in common."""

from __future__ import annotations

from pydantic import ConfigDict

MODEL_CONFIG = ConfigDict(
    frozen=True,
    extra="forbid",
    # To build the validators at import would be most of the start-up cost.
    defer_build=True,
    hide_input_in_errors=True,
)
