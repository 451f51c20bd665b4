"""The names of settings, and which feature and field each belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, SecretBytes, SecretStr
from pydantic.fields import FieldInfo

PREFIX = "BASELINE_"
FILE_SUFFIX = "_FILE"

# These say where to look for the others, so they are not looked for there.
PROFILE = "BASELINE_PROFILE"
SECRETS_DIR = "BASELINE_SECRETS_DIR"
SECRETS_MANAGER = "BASELINE_SECRETS_MANAGER"


@dataclass(frozen=True)
class Key:
    """One setting: its name, and the model's field that it fills."""

    name: str
    group: str
    """The feature; empty for the app as a whole."""
    option: str
    field: FieldInfo

    @property
    def is_secret(self) -> bool:
        """Whether the value must never be shown."""
        return any(t in (SecretStr, SecretBytes) for t in _types(self.field.annotation))


def _types(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _types(argument)


def keys_of(models: Mapping[str, type[BaseModel]]) -> dict[str, Key]:
    """Return every key of *models* (by feature name) by its full name."""
    keys: dict[str, Key] = {}
    for group, model in models.items():
        prefix = f"{PREFIX}{group.upper()}_" if group else PREFIX
        for option, field in model.model_fields.items():
            name = prefix + option.upper()
            keys[name] = Key(name, group, option, field)
    return keys


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that *name* most likely misspells."""
    matches = get_close_matches(name, known, n=1, cutoff=0.75)
    return matches[0] if matches else None
