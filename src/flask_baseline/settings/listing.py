"""The effective settings of an app as text and as JSON, secrets masked."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from flask import Flask
from pydantic import TypeAdapter

from ..errors import NotInitializedError

MASK = "********"


@dataclass(frozen=True)
class Line:
    """One setting as it is shown."""

    key: str
    value: Any
    """What JSON can hold; None when unset, `MASK` for a secret that is set."""
    source: str
    secret: bool


@dataclass(frozen=True)
class Listing:
    """The settings of one app as they are shown."""

    app: str
    profile: str
    settings: tuple[Line, ...]


def listing(app: Flask, *, only_set: bool = False) -> Listing:
    """Return the settings of *app*; with *only_set*, without those that have their default.

    Raises:
        NotInitializedError: there is no ``Baseline`` on *app*.
    """
    if "baseline" not in app.extensions:
        raise NotInitializedError(
            f"Baseline is not on the app {app.name!r}. Fix: call Baseline(app) or "
            "baseline.init_app(app) in the factory."
        )
    settings = app.extensions["baseline"].settings
    json_value = TypeAdapter[Any](Any).dump_python
    lines: list[Line] = []
    for name, key in settings.keys.items():
        value, source = settings.value(key), settings.sources[name]
        if only_set and source == "default":
            continue
        shown = MASK if key.is_secret and value is not None else json_value(value, mode="json")
        lines.append(Line(name, shown, source, key.is_secret))
    return Listing(app.name, settings.profile, tuple(lines))


def as_json(listed: Listing) -> str:
    """Return *listed* as one JSON object."""
    return json.dumps(asdict(listed), indent=2)


def as_text(listed: Listing) -> str:
    """Return *listed* as a table for people."""
    rows = [("KEY", "VALUE", "SOURCE")]
    rows += [(line.key, _text(line.value), line.source) for line in listed.settings]
    keys, values = (max(len(row[column]) for row in rows) for column in (0, 1))
    lines = [f"{key:<{keys}}  {value:<{values}}  {source}" for key, value, source in rows]
    return "\n".join([f"{listed.app}, profile {listed.profile}", "", *lines])


def _text(value: Any) -> str:
    if value is None:
        return "-"
    # Quotes where they say something: control characters must not reach a terminal.
    if isinstance(value, str) and value.isprintable():
        return value
    return json.dumps(value)
