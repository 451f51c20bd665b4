"""``BASELINE_RATELIMIT_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from .._feature import FeatureSettings
from ..errors import MissingExtraError
from ..settings.profiles import Profile
from ..settings.rules import SettingError
from .texts import MEMORY, is_limit

_FIX = "set it to redis://HOST:PORT/NUMBER, or to memory where one process serves"


class RatelimitSettings(FeatureSettings):
    """Limits of requests, by route and by client."""

    relaxed: ClassVar[Mapping[Profile, Mapping[str, object]]] = {
        "dev": {"store": MEMORY},
        "test": {"store": MEMORY},
    }

    enabled: bool = False
    """Whether the feature is on."""

    default: tuple[str, ...] = ()
    """Limits of every view without its own, such as `100/minute`; each view counts for itself."""

    store: SecretStr | None = Field(default=None, min_length=1)
    """A Redis URL, which all processes share, or `memory` for each process to count alone."""

    on_failure: Literal["open", "closed"] = "open"
    """What happens while the store cannot be asked: requests pass, or are answered 503."""

    headers: bool = True
    """Whether answers say how much is left."""

    @field_validator("default")
    @classmethod
    def _limits(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(is_limit(text) for text in value):
            raise SettingError(
                "has something that is no limit", "list limits such as 5/second, 100/15minute or 1000/day"
            )
        return value

    @field_validator("store")
    @classmethod
    def _known(cls, value: SecretStr | None) -> SecretStr | None:
        text = MEMORY if value is None else value.get_secret_value()
        if text != MEMORY and not text.startswith(("redis://", "rediss://", "unix://")):
            raise SettingError("is no store", _FIX)
        return value

    @model_validator(mode="after")
    def _can_count(self) -> "RatelimitSettings":
        if not self.enabled:
            return self
        if self.store is None:
            raise SettingError("is not set, and each process would count alone", _FIX, "store")
        from .opening import open_store

        try:
            open_store(self.store, "")
        except MissingExtraError:
            # The feature says so, where no variable of a frame has a value.
            return self
        except ValueError as error:
            raise SettingError(str(error), _FIX, "store") from None
        return self
