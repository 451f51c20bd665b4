"""``BASELINE_*`` keys of the app as a whole."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
from pathlib import Path

from pydantic import BaseModel, Field

from .model import MODEL_CONFIG
from .profiles import Profile
from .standard import standard

ADDRESS = r"^(aws|gcp|azure):\S+$"
"""The form of a secret manager's address."""


class AppSettings(BaseModel):
    """The settings that belong to no feature."""

    model_config = MODEL_CONFIG

    profile: Profile = "prod"
    """The profile. Unset: test if `app.testing`, dev if `app.debug`, else prod."""

    service_name: str | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        json_schema_extra=standard("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES service.name"),
    )
    """OpenTelemetry's `service.name`. Unset: the app's name."""

    service_version: str | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        json_schema_extra=standard("OTEL_RESOURCE_ATTRIBUTES service.version"),
    )
    """OpenTelemetry's `service.version`."""

    secrets_dir: Path | None = None
    """A folder with one file per setting. Unset: `/run/secrets`, when it exists."""

    secrets_manager: str | None = Field(default=None, pattern=ADDRESS)
    """A cloud secret manager: `aws:SECRET_ID`, `gcp:PROJECT_ID` or `azure:VAULT_URL`."""
