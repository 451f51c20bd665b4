"""``BASELINE_JWT_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, cast

from pydantic import Field, SecretStr, field_validator, model_validator

from .._feature import FeatureSettings
from ..settings.profiles import Profile
from ..settings.rules import SettingError

if TYPE_CHECKING:
    from flask import Flask

_KEYS_OF_FLASK_JWT_EXTENDED = ("JWT_SECRET_KEY", "JWT_PRIVATE_KEY", "JWT_PUBLIC_KEY")

_PATH = r"^/[A-Za-z0-9._~/-]*$"
_ORIGIN = r"https?://[a-z0-9.-]+(:[0-9]+)?|https?://\[[0-9a-f:]+\](:[0-9]+)?"
_STORES = ("redis://", "rediss://", "unix://")


class JwtSettings(FeatureSettings):
    """Tokens that this service issues itself."""

    relaxed: ClassVar[Mapping[Profile, Mapping[str, object]]] = {
        "dev": {"store": "memory", "cookie_secure": False},
        "test": {"store": "memory", "cookie_secure": False},
    }

    enabled: bool | Literal["auto"] = "auto"  # type: ignore[assignment]
    """Whether the feature is on; `auto`: where there are keys."""

    keys: tuple[SecretStr, ...] = ()
    """Keys: the first signs, all verify. Each is a PEM, a JWK or a secret."""

    issuer: str | None = Field(default=None, min_length=1, max_length=255)
    """The `iss` of the tokens, such as the URL of the service. Unset in dev and test: the service's name."""

    audience: str | None = Field(default=None, min_length=1, max_length=255)
    """The `aud` of the tokens. Unset in dev and test: the service's name."""

    access_seconds: int = Field(default=900, ge=1, le=86_400)
    """Seconds for which an access token is good."""

    refresh_idle_seconds: int = Field(default=604_800, ge=1, le=31_536_000)
    """Seconds after which a session ends that nobody has refreshed."""

    refresh_max_seconds: int = Field(default=2_592_000, ge=1, le=31_536_000)
    """Seconds after which every session ends."""

    refresh_grace_seconds: int = Field(default=10, ge=0, le=60)
    """Seconds for which a refresh token that was used may be used again, as by a second tab."""

    leeway_seconds: int = Field(default=30, ge=0, le=300)
    """Seconds by which clocks may differ."""

    max_token_bytes: int = Field(default=8_000, ge=1_000, le=65_536)
    """Bytes that a token may have."""

    cache_seconds: int = Field(default=60, ge=0, le=300)
    """Seconds for which the signature of a token is not checked again; 0 for each time."""

    transport: Literal["header", "cookie", "both"] = "header"
    """Where tokens are: in the `Authorization` header, or in cookies with a defence against CSRF."""

    store: SecretStr | None = Field(default=None, min_length=1)
    """Where sessions and revocations are: `sqlalchemy`, a URL of a database or of Redis, or `memory`."""

    cookie_secure: bool = True
    """Whether browsers send the cookies over https alone."""

    cookie_origins: tuple[str, ...] = ()
    """Other origins whose pages may send the cookies."""

    jwks_path: str = Field(default="/.well-known/jwks.json", pattern=_PATH)
    """Where the public keys are, when there are any."""

    refresh_path: str | None = Field(default=None, pattern=_PATH)
    """A route that refreshes tokens."""

    logout_path: str | None = Field(default=None, pattern=_PATH)
    """A route that logs out."""

    @field_validator("keys", mode="before")
    @classmethod
    def _one_text_each(cls, value: object) -> object:
        return tuple(_texts(cast("Sequence[object]", value))) if isinstance(value, (list, tuple)) else value

    @field_validator("cookie_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        import re

        if not all(re.fullmatch(_ORIGIN, origin) for origin in value):
            raise SettingError(
                "has something that is no origin", "list origins such as https://shop.example.com"
            )
        return value

    @model_validator(mode="after")
    def _idle_is_shorter(self) -> "JwtSettings":
        if self.refresh_idle_seconds > self.refresh_max_seconds:
            raise SettingError(
                "would end before it is idle",
                "let the idle time be at most the whole",
                "refresh_idle_seconds",
                "refresh_max_seconds",
            )
        return self

    def is_on(self, app: "Flask", environ: Mapping[str, str]) -> bool:
        """Whether the feature is on in *app*: by itself only where there is a key."""
        if self.enabled != "auto":
            return self.enabled
        config = cast("Mapping[str, object]", app.config)
        return bool(self.keys) or any(config.get(key) for key in _KEYS_OF_FLASK_JWT_EXTENDED)


def _texts(parts: Sequence[object]) -> list[object]:
    """Return one text for each key: JWKs are objects in JSON, or have commas, at which text is split."""
    found: list[object] = []
    for part in parts:
        if isinstance(part, dict):
            found.append(json.dumps(part))
        elif isinstance(part, str) and found and _is_cut_off(found[-1]):
            found[-1] = f"{found[-1]},{part}"
        else:
            found.append(part)
    return found


def _is_cut_off(text: object) -> bool:
    return isinstance(text, str) and text.lstrip().startswith("{") and text.count("{") > text.count("}")
