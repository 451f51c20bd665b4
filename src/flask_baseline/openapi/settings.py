"""``BASELINE_OPENAPI_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import Field, field_validator, model_validator

from .._feature import FeatureSettings
from ..settings.profiles import Profile
from ..settings.rules import SettingError

_PATH = r"^/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-]$"
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


class OpenapiSettings(FeatureSettings):
    """Documents of the app's endpoints, and a page that shows them."""

    relaxed: ClassVar[Mapping[Profile, Mapping[str, object]]] = {
        "dev": {"enabled": True, "ui_enabled": True},
        "test": {"enabled": True, "ui_enabled": True},
    }

    enabled: bool = False
    """Whether the documents are published."""

    path: str = Field(default="/openapi.json", pattern=_PATH)
    """The path of the first document; that of another, by default, is `/openapi/<name>.json`."""

    ui_enabled: bool = False
    """Whether Swagger UI is served too, where the documents are."""

    ui_path: str = Field(default="/docs", pattern=_PATH)
    """The path of Swagger UI."""

    title: str | None = Field(default=None, min_length=1)
    """The title of the documents; the service's name when not set."""

    version: str | None = Field(default=None, min_length=1)
    """The version in the documents; that of the service when not set, and `0.0.0` without one."""

    description: str | None = Field(default=None, min_length=1)
    """What the documents begin with, in Markdown."""

    servers: tuple[str, ...] = ()
    """The URLs of the service; where the document comes from when not set."""

    documents: Mapping[str, str | tuple[str, ...]] | None = None
    """Several documents, by name: of the routes under a prefix such as `/v1`, or of a list of blueprints."""

    security_schemes: Mapping[str, Mapping[str, Any]] | None = None
    """Ways to authenticate, by name, as in `components.securitySchemes` of a document."""

    @field_validator("documents")
    @classmethod
    def _have_names(cls, documents: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        if documents is not None and not documents:
            raise SettingError("has no document", "name one, or remove the key")
        for name, selection in (documents or {}).items():
            if not name or not set(name) <= _NAME_CHARACTERS:
                raise SettingError(
                    "has a name that cannot be in a URL", "use letters, digits, dots, underscores and hyphens"
                )
            if not selection or (isinstance(selection, str) and not selection.startswith("/")):
                raise SettingError(
                    "has a document of neither a prefix nor blueprints",
                    'give each a prefix that begins with "/", or a list of names of blueprints',
                )
        return documents

    @field_validator("security_schemes")
    @classmethod
    def _have_types(cls, schemes: Mapping[str, Mapping[str, Any]] | None) -> Any:
        if any("type" not in scheme for scheme in (schemes or {}).values()):
            raise SettingError(
                "has a scheme without a type", 'give each scheme a type, such as {"type": "http", ...}'
            )
        return schemes

    @model_validator(mode="after")
    def _agree(self) -> "OpenapiSettings":
        if self.path == self.ui_path:
            raise SettingError("are the same path", "give the two different paths", "path", "ui_path")
        return self
