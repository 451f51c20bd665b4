"""flask-cors' words for options, which keep their meaning where that is safe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any, NamedTuple, cast

from pydantic import ValidationError

from ..settings.rules import SettingError
from .settings import CorsSettings, is_path

OPTIONS = (
    "allow_headers",
    "credentials",
    "expose_headers",
    "max_age",
    "methods",
    "origin_patterns",
    "origins",
    "public",
)
"""What a view or a path can have of its own."""

_OTHER_NAMES = {"supports_credentials": "credentials"}

_WITHOUT_EFFECT = (
    "allow_private_network",
    "always_send",
    "automatic_options",
    "intercept_exceptions",
    "send_wildcard",
    "vary_header",
)
"""Options of flask-cors for which there is one right answer here."""

_LOOKS_LIKE_A_PATTERN = frozenset("*\\]?$^[]()")
"""By these flask-cors takes a text for a regular expression."""


class Problem(NamedTuple):
    """What is wrong with an option."""

    option: str
    what: str
    fix: str


class UnfitError(ValueError):
    """Options have values that they cannot have; *problems* has what is wrong with each."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(*problems)
        self.problems = problems


def own_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return *options* in our words, to take the place of those of the settings.

    Raises:
        TypeError: there is no such option.
        UnfitError: a value is one that the setting cannot have.
    """
    translated: dict[str, Any] = {}
    for name, value in options.items():
        option = _OTHER_NAMES.get(name, name)
        if option in OPTIONS:
            translated |= _translated(option, value)
        elif option not in _WITHOUT_EFFECT:
            near = get_close_matches(name, OPTIONS, n=1)
            raise TypeError(f"there is no option {name}" + (f"; did you mean {near[0]}?" if near else ""))
    if "origins" in translated:
        # Who says which origins may means these alone.
        translated.setdefault("origin_patterns", ())
    problems: dict[str, Problem] = {}
    try:
        found = CorsSettings.model_validate(translated)
    except ValidationError as error:
        # Of what pydantic says, "input", "msg" and parts of "ctx" may hold the value.
        for detail in error.errors(include_input=False, include_url=False):
            option, cause = str(detail["loc"][0]), detail.get("ctx", {}).get("error")
            what, fix = "has the wrong type", "see the reference"
            if isinstance(cause, SettingError):
                what, fix = cause.what, cause.fix
            elif detail["type"].endswith("_equal"):
                what = "is out of range"
            problems.setdefault(option, Problem(option, what, fix))
    else:
        return {option: getattr(found, option) for option in translated}
    raise UnfitError(tuple(problems.values()))


def _translated(option: str, value: Any) -> dict[str, Any]:
    if option == "max_age" and isinstance(value, timedelta):
        return {option: int(value.total_seconds())}
    if option in ("credentials", "max_age", "public") or isinstance(value, (bytes, Mapping)):
        return {option: value}
    if isinstance(value, str):
        # A comma may be part of a pattern.
        is_one = option == "origin_patterns" or (option == "origins" and _is_pattern(value))
        texts: list[Any] = [value] if is_one else [part.strip() for part in value.split(",")]
    elif hasattr(value, "pattern"):
        texts = [value]
    elif isinstance(value, Iterable):
        texts = [*value]
    else:
        return {option: value}
    if option == "origin_patterns":
        return {option: tuple(map(_text, texts))}
    if option == "methods":
        return {option: tuple(text.upper() if isinstance(text, str) else text for text in texts)}
    if option != "origins":
        return {option: tuple(texts)}
    patterns = tuple(_text(text) for text in texts if _is_pattern(text))
    exact = tuple(text for text in texts if not _is_pattern(text))
    return {option: exact, "origin_patterns": patterns} if patterns else {option: exact}


def _is_pattern(text: Any) -> bool:
    if isinstance(text, str):
        return text != "*" and not _LOOKS_LIKE_A_PATTERN.isdisjoint(text)
    return hasattr(text, "pattern")


def _text(pattern: Any) -> Any:
    return getattr(pattern, "pattern", pattern)


def resources_of(value: Any) -> dict[str, Mapping[str, Any]]:
    """Return what flask-cors calls resources, paths or options by path, as options by path.

    Raises:
        TypeError: it is neither.
        ValueError: a path is a pattern of paths, or there twice.
    """
    items: list[tuple[Any, Any]]
    if isinstance(value, Mapping):
        items = [*value.items()]
    elif isinstance(value, str) or hasattr(value, "pattern"):
        items = [(value, {})]
    else:
        items = [(path, {}) for path in value]
    found: dict[str, Mapping[str, Any]] = {}
    for path, options in items:
        text = _text(path)
        if not isinstance(text, str) or not isinstance(options, Mapping):
            raise TypeError("it has neither paths nor options by path")
        # "*" and "/*" are everything to flask-cors, "/api/*" all that begins with /api.
        root = text.removesuffix("*").removesuffix(".").rstrip("/") or "/"
        if not is_path(root) or root in found:
            raise ValueError
        found[root] = cast("Mapping[str, Any]", options)
    return found
