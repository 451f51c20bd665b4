"""Turn the raw values of one model into the model, or into problems that hold no value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeVar, cast

from pydantic import BaseModel, ValidationError

from ..errors import ConfigProblem
from .expectation import expectation, takes_bool, takes_list, takes_only_text, takes_table
from .keys import Key
from .rules import SettingError
from .sources import Found

Model = TypeVar("Model", bound=BaseModel)

_WHAT = {
    "greater_than": "is out of range",
    "greater_than_equal": "is out of range",
    "less_than": "is out of range",
    "less_than_equal": "is out of range",
    "finite_number": "is out of range",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "too_short": "is too short",
    "too_long": "is too long",
    "string_pattern_mismatch": "has the wrong form",
    "literal_error": "is not one of the choices",
}


def check(
    model: type[Model], keys: Iterable[Key], found: Mapping[str, Found], relaxed: Mapping[str, object]
) -> Model | list[ConfigProblem]:
    """Return the *model* that *found* makes, or everything that is wrong with it.

    Args:
        keys: the keys of the model.
        relaxed: the defaults of the profile, by option.
    """
    by_option = {key.option: key for key in keys}
    values = dict(relaxed)
    problems: list[ConfigProblem] = []
    for option, key in by_option.items():
        if key.name not in found:
            continue
        raw = found[key.name]
        if isinstance(raw.value, ConfigProblem):
            problems.append(raw.value)
            continue
        try:
            values[option] = _parsed(key, raw.value)
        except SettingError as error:
            problems.append(ConfigProblem(key.name, raw.source, error.what, error.fix))
    try:
        built = model.model_validate(values)
    except ValidationError as error:
        # Of what pydantic says, "input", "msg" and parts of "ctx" may hold the value.
        details = error.errors(include_input=False, include_url=False)
    else:
        return problems or built
    # Each choice of a union and each item of a list has a detail of its own: the first will do.
    for loc, detail in {detail["loc"][:1]: detail for detail in reversed(details)}.items():
        cause = detail.get("ctx", {}).get("error")
        rule = cause if isinstance(cause, SettingError) else None
        if loc:
            problems.append(_field_problem(by_option[str(loc[0])], detail["type"], rule, found))
        elif not problems:
            # Over a field that is wrong itself, a rule would judge its default.
            problems.append(_rule_problem(by_option, rule, found))
    return problems


def _parsed(key: Key, value: object) -> object:
    """Return *value*, with lists and tables read out of text."""
    fix = f"set it to {expectation(key.field)}"
    if isinstance(value, str) and not value:
        raise SettingError("is empty", f"{fix}, or unset it")
    if isinstance(value, (bool, int, float)) and takes_only_text(key.field):
        raise SettingError("is not text", "quote it")
    if isinstance(value, bool) and not takes_bool(key.field):
        # pydantic would take it for 1 or 0.
        raise SettingError("is true or false", fix)
    if not isinstance(value, str):
        return value
    if takes_table(key.field) or (takes_list(key.field) and value.lstrip().startswith("[")):
        try:
            return cast(object, json.loads(value))
        except (ValueError, RecursionError):
            raise SettingError("is not JSON", fix) from None
    if takes_list(key.field):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def _field_problem(
    key: Key, kind: str, rule: SettingError | None, found: Mapping[str, Found]
) -> ConfigProblem:
    if rule is not None:
        return ConfigProblem(key.name, _source(key, found), rule.what, rule.fix)
    what = _WHAT.get(kind, "has the wrong type")
    return ConfigProblem(key.name, _source(key, found), what, f"set it to {expectation(key.field)}")


def _rule_problem(
    by_option: Mapping[str, Key], rule: SettingError | None, found: Mapping[str, Found]
) -> ConfigProblem:
    options = rule.options if rule is not None and rule.options else tuple(by_option)
    keys = [by_option[option] for option in options]
    names = ", ".join(key.name for key in keys)
    sources = ", ".join(dict.fromkeys(_source(key, found) for key in keys))
    if rule is None:
        return ConfigProblem(names, sources, "do not go together", "see the reference")
    return ConfigProblem(names, sources, rule.what, rule.fix)


def _source(key: Key, found: Mapping[str, Found]) -> str:
    return found[key.name].source if key.name in found else "default"
