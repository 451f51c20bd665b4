"""``BASELINE_HEALTH_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field, SecretStr, model_validator

from .._feature import FeatureSettings
from ..settings.profiles import Profile
from ..settings.rules import SettingError

_PATH = r"^/[A-Za-z0-9._~/-]+$"


class HealthSettings(FeatureSettings):
    """Liveness and readiness probes."""

    relaxed: ClassVar[Mapping[Profile, Mapping[str, object]]] = {
        "dev": {"details": "always", "drain_seconds": 0.0},
        "test": {"details": "always", "drain_seconds": 0.0},
    }

    live_path: str = Field(default="/livez", pattern=_PATH)
    """The path of the liveness probe."""

    ready_path: str = Field(default="/readyz", pattern=_PATH)
    """The path of the readiness probe."""

    details: Literal["never", "token", "always"] = "never"
    """Who may see each check with `?verbose`, and leave one out with `?exclude=NAME`."""

    token: SecretStr | None = Field(default=None, min_length=16)
    """The bearer token that shows the details."""

    drain_seconds: float = Field(default=5.0, ge=0, le=600, allow_inf_nan=False)
    """How long `/readyz` answers 503 after SIGTERM while requests are still served."""

    drain_file: str | None = Field(default=None, min_length=1)
    """A file whose existence makes `/readyz` answer 503, for servers without our gunicorn config."""

    cache_seconds: float = Field(default=2.0, ge=0, le=60, allow_inf_nan=False)
    """How long a readiness result is kept."""

    total_seconds: float = Field(default=0.8, gt=0, le=60, allow_inf_nan=False)
    """How long all checks together may take; Kubernetes gives up after 1 s by default."""

    @model_validator(mode="after")
    def _agree(self) -> "HealthSettings":
        if self.live_path == self.ready_path:
            raise SettingError(
                "are the same path", "give the two probes different paths", "live_path", "ready_path"
            )
        if self.details == "token" and self.token is None:
            raise SettingError(
                "ask for a token that is not set", "set BASELINE_HEALTH_TOKEN", "details", "token"
            )
        return self
