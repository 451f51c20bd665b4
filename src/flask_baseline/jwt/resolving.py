"""What holds: the settings, what Flask-JWT-Extended's keys say, and every reason not to start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask

from .._feature import Setup
from ..errors import ConfigProblem
from ..settings.checks import check
from ..settings.keys import Key as SettingKey
from ..settings.sources import Found
from .cookie_names import PREFIX, CookieNames, cookie_names
from .cross_origin import unsafe_flask_cors
from .fje_keys import Given, given_by, signing_key, text_of
from .key_ring import read_keys, weaknesses
from .keys import Key, generated, key_of
from .settings import JwtSettings

_PREFIX = "BASELINE_JWT_"
_ONE = "remove one of the two"
_KEYS, _STORE = "BASELINE_JWT_KEYS", "BASELINE_JWT_STORE"

_NEEDED = {
    "issuer": "set it to the URL of this service, which its tokens name",
    "audience": "set it to the name of the services that take the tokens",
    "store": "set it to sqlalchemy, or to redis://HOST:PORT/NUMBER",
}

_GENERATED = (
    "BASELINE_JWT_KEYS is not set: a key was made for this process, and its tokens are void when it ends. "
    "Fix: set it to what `flask baseline keys generate` prints. In production it is refused."
)


@dataclass(frozen=True)
class Resolved:
    """All that is decided at the start."""

    settings: JwtSettings
    """With an issuer, an audience and a store."""
    keys: tuple[Key, ...]
    cookies: CookieNames
    notices: tuple[str, ...]
    """What to tell a developer, which is not there in production."""

    @property
    def signing(self) -> Key | None:
        """The key that signs; None where tokens are only verified."""
        return self.keys[0] if self.keys[0].can_sign else None


def resolve(app: Flask, settings: JwtSettings, setup: Setup) -> Resolved | list[ConfigProblem]:
    """Return what holds for *app*, or everything that is wrong."""
    given = given_by(app)
    problems = [*given.problems]
    settings, wrong = _merged(settings, given, setup)
    problems += wrong
    keys, wrong, notices = _keys(app, settings, given, setup)
    problems += wrong
    if setup.profile != "prod":
        own = {option: getattr(settings, option) or setup.service_name for option in ("issuer", "audience")}
        settings = settings.model_copy(update=own)
    cookies = cookie_names(given.config, is_secure=settings.cookie_secure)
    problems += _missing(settings, setup)
    if settings.transport != "header":
        problems += _cookie_problems(app, settings, cookies, setup)
    if problems:
        return [*dict.fromkeys(problems)]
    return Resolved(settings, tuple(keys), cookies, tuple(notices))


def _merged(settings: JwtSettings, given: Given, setup: Setup) -> tuple[JwtSettings, list[ConfigProblem]]:
    """Return *settings* with what the app says by keys of Flask-JWT-Extended, where ours are not set."""
    problems: list[ConfigProblem] = []
    own: dict[str, Any] = {}
    for option, value in given.options.items():
        name = _PREFIX + option.upper()
        if name not in setup.chosen:
            own[option] = value
        elif getattr(settings, option) != value:
            problems.append(ConfigProblem(name, "app.config", f"contradicts {given.keys[option]}", _ONE))
    longest = own.get("refresh_idle_seconds")
    if isinstance(longest, int) and _PREFIX + "REFRESH_MAX_SECONDS" not in setup.chosen:
        own["refresh_max_seconds"] = max(longest, settings.refresh_max_seconds)
    fields = JwtSettings.model_fields
    names = {option: given.keys.get(option, _PREFIX + option.upper()) for option in own}
    keys = [SettingKey(name, "jwt", option, fields[option]) for option, name in names.items()]
    found = {key.name: Found(key.name, "app.config", own[key.option]) for key in keys}
    checked = check(JwtSettings, keys, found, {})
    if isinstance(checked, list):
        return settings, [*problems, *checked]
    return settings.model_copy(update={option: getattr(checked, option) for option in own}), problems


def _keys(
    app: Flask, settings: JwtSettings, given: Given, setup: Setup
) -> tuple[Sequence[Key], list[ConfigProblem], list[str]]:
    """Return the keys, what is wrong with them, and what to tell a developer."""
    theirs = signing_key(given.config)
    if theirs is not None and settings.keys and settings.keys != (theirs[1],):
        return (), [ConfigProblem(_KEYS, "app.config", f"contradicts {theirs[0]}", _ONE)], []
    name, texts = (_KEYS, settings.keys) if settings.keys or theirs is None else (theirs[0], (theirs[1],))
    if not texts and setup.profile == "prod":
        what, fix = "is not set", "set it to what `flask baseline keys generate` prints"
        return (), [ConfigProblem(_KEYS, "default", what, fix)], []
    if not texts:
        return (generated("secret"),), [], [_GENERATED]
    source = "app.config" if name != _KEYS or _KEYS in app.config else "settings"
    keys, faults = read_keys(texts, given.config.get("JWT_ALGORITHM"))
    problems = [ConfigProblem(name, source, *fault) for fault in faults]
    problems += _at_odds(given, name, keys)
    weak = [ConfigProblem(name, source, *weakness) for weakness in weaknesses(keys, app.secret_key)]
    if setup.profile == "prod":
        return keys, problems + weak, []
    return keys, problems, [f"{each} In production it is refused." for each in weak]


def _at_odds(given: Given, name: str, keys: Sequence[Key]) -> Iterator[ConfigProblem]:
    """Yield where Flask-JWT-Extended's keys name other keys or algorithms than those that hold."""
    algorithms = given.config.get("JWT_DECODE_ALGORITHMS") or ()
    named = {algorithms} if isinstance(algorithms, str) else {*algorithms}
    if keys and not named <= {key.algorithm for key in keys}:
        what = "lets in tokens of other algorithms than those of the keys"
        yield ConfigProblem("JWT_DECODE_ALGORITHMS", "app.config", what, "remove it")
    if name == "JWT_PRIVATE_KEY" and keys and "JWT_PUBLIC_KEY" in given.config:
        public = key_of(text_of(given.config["JWT_PUBLIC_KEY"]))
        if not isinstance(public, Key) or public.kid != keys[0].kid:
            what = "is not the public half of JWT_PRIVATE_KEY"
            yield ConfigProblem("JWT_PUBLIC_KEY", "app.config", what, "remove it: it follows from the other")


def _missing(settings: JwtSettings, setup: Setup) -> Iterator[ConfigProblem]:
    if setup.profile != "prod":
        return
    for option, fix in _NEEDED.items():
        if getattr(settings, option) is None:
            yield ConfigProblem(_PREFIX + option.upper(), "default", "is not set", fix)
    if settings.store is not None and settings.store.get_secret_value() == "memory":
        what = "is the memory of each process, in which others see no logout"
        yield ConfigProblem(_STORE, "settings", what, _NEEDED["store"])


def _cookie_problems(
    app: Flask, settings: JwtSettings, cookies: CookieNames, setup: Setup
) -> Iterator[ConfigProblem]:
    """Yield what would let others read, set or use the cookies."""
    if not settings.cookie_secure and setup.profile == "prod":
        what = "sends the cookies over http, where everybody on the way reads them"
        yield ConfigProblem(f"{_PREFIX}COOKIE_SECURE", "settings", what, "set it to true")
    for key, name in cookies.by_key.items():
        if cookies.is_secure and not name.startswith(PREFIX):
            what = f"is a cookie without the prefix {PREFIX}, which other hosts of the domain can set"
            yield ConfigProblem(key, "app.config", what, f"begin it with {PREFIX}, or remove it")
    names = [*cookies.by_key.values()]
    if len({*names}) < len(names):
        yield ConfigProblem(", ".join(cookies.by_key), "app.config", "have one name twice", "remove them")
    if setup.profile == "prod" and any(origin.startswith("http:") for origin in settings.cookie_origins):
        what = "has a page that came over http, which everybody on the way can change"
        yield ConfigProblem(f"{_PREFIX}COOKIE_ORIGINS", "settings", what, "list origins with https")
    yield from unsafe_flask_cors(app)
