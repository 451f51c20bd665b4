"""``jwt``: tokens that this service issues itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import Flask
from pydantic import SecretStr

from .._feature import ReadinessCheck, Setup, Wiring
from ..auth.store import TokenStore
from ..auth.stores.databases import Database, database_of
from ..auth.stores.opening import KEY, is_memory, open_store
from ..errors import ConfigError, ConfigProblem
from ..settings.rules import SettingError
from .hardening import harden, unfit
from .issuing import Sessions
from .pinning import pinned
from .resolving import Resolved, resolve
from .routes import routes_of
from .settings import JwtSettings
from .verifying import verifiers

_MEMORY = SecretStr("memory")

_HEADER = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def init_app(app: Flask, settings: JwtSettings, setup: Setup, /) -> Wiring:
    """Return what issues and verifies tokens.

    Raises:
        ConfigError: something is wrong, or not safe; it names everything.
        MissingExtraError: the store needs a package that is not installed.
    """
    resolved = resolve(app, settings, setup)
    problems = [*unfit(app)]
    store: TokenStore | None = None
    if isinstance(resolved, list):
        problems += resolved
    else:
        store = _store(resolved, database_of(app, setup.value), problems)
    if isinstance(resolved, list) or store is None or problems:
        raise ConfigError(problems, setup.profile)
    sessions = Sessions(resolved, store, verifiers(app, resolved, store), [*resolved.notices])

    def attach() -> None:
        cast("dict[str, Any]", app.config).update(pinned(resolved))
        harden(app)

    where = resolved.settings.store
    shared = where is not None and not is_memory(where)
    return Wiring(
        verifiers=(sessions.verifiers.access,),
        runtime=sessions,
        attach=attach,
        blueprint=routes_of(resolved),
        security_schemes=_schemes(resolved),
        readiness_checks=(ReadinessCheck("jwt:store", store.check),) if shared else (),
    )


def _schemes(resolved: Resolved) -> dict[str, Mapping[str, Any]]:
    """Return how tokens come, as OpenAPI says it."""
    names, transport = resolved.cookies, resolved.settings.transport
    made: dict[str, Mapping[str, Any]] = {}
    if transport != "cookie":
        made["bearer"] = _HEADER
    if transport != "header":
        repeated = f"What changes something repeats the csrf of the token in the header {names.headers[0]}."
        made["cookie"] = {"type": "apiKey", "in": "cookie", "name": names.access, "description": repeated}
    return made


def _store(resolved: Resolved, database: Database | None, problems: list[ConfigProblem]) -> TokenStore | None:
    settings = resolved.settings
    try:
        return open_store(settings.store or _MEMORY, settings.issuer or "", database)
    except SettingError as error:
        problems.append(ConfigProblem(KEY, "settings", error.what, error.fix))
        return None
