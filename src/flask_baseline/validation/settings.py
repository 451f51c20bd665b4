"""``BASELINE_VALIDATION_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field, SecretStr, field_validator

from .._feature import FeatureSettings
from ..settings.profiles import Profile
from ..settings.rules import SettingError
from .idempotency.opening import open_store


class ValidationSettings(FeatureSettings):
    """What surrounds `endpoint`: the errors of API routes, and what is kept between requests."""

    relaxed: ClassVar[Mapping[Profile, Mapping[str, object]]] = {
        "dev": {"undeclared_status": "error"},
        "test": {"undeclared_status": "error"},
    }

    problems: Literal["api", "always", "never"] = "api"
    """Which errors that the app does not handle itself are problems: those of API routes, all, or none."""

    undeclared_status: Literal["log", "error"] = "log"
    """Whether an answer with a status that its endpoint does not declare is sent and logged, or an error."""

    idempotency_store: SecretStr | None = Field(default=None, min_length=1)
    """A SQLAlchemy or Redis URL, where idempotent answers are kept; else it is the process's memory."""

    idempotency_seconds: int = Field(default=86_400, ge=60, le=31_536_000)
    """How long an `Idempotency-Key` is remembered."""

    @field_validator("idempotency_store")
    @classmethod
    def _can_be_opened(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            try:
                open_store(value.get_secret_value())
            except ValueError as error:
                fix = "set it to redis://HOST:PORT/NUMBER or to a URL of SQLAlchemy"
                raise SettingError(str(error), fix) from None
        return value
