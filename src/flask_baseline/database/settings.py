"""``BASELINE_DATABASE_*``."""

# Annotations are not postponed here: pydantic would compile each of them again at import.
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, cast

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from .._feature import FeatureSettings
from .._flask_sqlalchemy_urls import FLASK_URL, LITE_ENGINES
from .._sql_urls import sql_url
from ..errors import MissingExtraError
from ..settings.profiles import Profile
from ..settings.rules import SettingError

if TYPE_CHECKING:
    from flask import Flask

DEFAULT = "default"
REPLICA = "replica"
MIGRATIONS = "migrations"

FLASK_BINDS = "SQLALCHEMY_BINDS"
FLASK_KEYS = (FLASK_URL, FLASK_BINDS, LITE_ENGINES)
"""Of Flask-SQLAlchemy and Flask-SQLAlchemy-Lite."""

_TAKEN = frozenset({DEFAULT, REPLICA, MIGRATIONS, "versions"})
"""The last is the folder of the default one's migrations."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_FIX = "set it to a URL such as postgresql://USER:PASSWORD@HOST/NAME or sqlite:///FILE"

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
SecondsOrNone = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class DatabaseSettings(FeatureSettings):
    """The databases of the app."""

    relaxed: ClassVar[Mapping[Profile, Mapping[str, object]]] = {
        "dev": {"ready_migrations": "warn"},
        "test": {"ready_migrations": "warn"},
    }

    enabled: bool | Literal["auto"] = "auto"  # type: ignore[assignment]
    """Whether the feature is on; `auto`: where there is a URL, or an object of Flask-SQLAlchemy(-Lite)."""

    url: SecretStr | None = Field(default=None, min_length=1)
    """The database, as a URL of SQLAlchemy."""

    replica_url: SecretStr | None = Field(default=None, min_length=1)
    """A copy of it to read from."""

    others: Mapping[str, SecretStr] = {}
    """More databases: a table of names and their URLs."""

    pool_size: int = Field(default=5, ge=1, le=1000)
    """How many connections each process keeps, to each database."""

    max_overflow: int = Field(default=5, ge=0, le=1000)
    """How many more it opens while all of those are in use."""

    pool_timeout: Seconds = 5.0
    """How long to wait for a connection while all are in use."""

    pool_recycle: Seconds = 1800.0
    """How old a connection may become."""

    pre_ping: bool = True
    """Whether a connection is tried before each use, and replaced when it is dead."""

    connect_timeout: Seconds = 3.0
    """How long to wait for a new connection."""

    statement_timeout: SecondsOrNone = 30.0
    """How long a statement may take; 0: what the server says."""

    lock_timeout: SecondsOrNone = 10.0
    """How long a statement may wait for a lock; 0: what the server says."""

    idle_transaction_timeout: SecondsOrNone = 60.0
    """How long a transaction may do nothing; 0: what the server says."""

    slow_query_seconds: SecondsOrNone = 1.0
    """From how long on a statement is logged; 0: never."""

    migrations: str = Field(default="migrations", min_length=1)
    """The folder of the migrations."""

    metadata: str | None = Field(default=None, pattern=r"^[\w.]+:[\w.]+$")
    """Where the tables are, such as `shop.models:Base`. Unset: our `Base`, or that of the app's object."""

    ready_migrations: Literal["fail", "warn", "off"] = "fail"
    """What `/readyz` makes of migrations that the database has not had."""

    @field_validator("url", "replica_url")
    @classmethod
    def _can_be_used(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None and info.data.get("enabled") is not False:
            _check(value, str(info.field_name))
        return value

    @field_validator("others")
    @classmethod
    def _others_can_be_used(
        cls, value: Mapping[str, SecretStr], info: ValidationInfo
    ) -> Mapping[str, SecretStr]:
        if not all(map(_NAME.fullmatch, value)):
            raise SettingError("has a name that is none", "use names such as reports, in small letters")
        if taken := _TAKEN & {*value}:
            raise SettingError(f"has a name that is taken: {min(taken)}", "choose another name")
        if info.data.get("enabled") is not False:
            for url in value.values():
                _check(url, "others")
        return value

    def is_on(self, app: "Flask", environ: Mapping[str, str]) -> bool:
        """Whether the feature is on: by itself where there is a database, or an object of the app."""
        if self.enabled != "auto":
            return self.enabled
        return bool(self.url or self.replica_url or self.others) or is_with_flask_sqlalchemy(app)


def own_object(app: "Flask") -> Any:
    """Return the Flask-SQLAlchemy or -Lite object of *app*; None where there is none."""
    found = cast(object, app.extensions.get("sqlalchemy"))
    # Flask-SQLAlchemy 2 has another thing there.
    return found if hasattr(type(found), "engines") else None


def is_with_flask_sqlalchemy(app: "Flask") -> bool:
    """Whether *app* has such an object, or a key of one, which may come later."""
    config = cast("Mapping[str, Any]", app.config)
    return own_object(app) is not None or any(config.get(key) for key in FLASK_KEYS)


def _check(value: SecretStr, option: str) -> None:
    try:
        sql_url(value, f"BASELINE_DATABASE_{option.upper()}")
    except MissingExtraError:
        # The feature says so, where no variable of a frame has a value.
        return
    except ValueError as error:
        raise SettingError(str(error), _FIX) from None
