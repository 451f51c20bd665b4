"""Turn any value into plain JSON data: bounded, redacted, and never an exception.

What is logged may come from a client: a lone surrogate, an integer of a million digits, a loop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import NamedTuple, TypeAlias, cast

from pydantic import BaseModel
from werkzeug.datastructures import Headers

from ._redaction import REDACTED, Redactor

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

MAX_TEXT = 8192
MAX_ITEMS = 256
MAX_DEPTH = 4
MAX_KEY = 256
MAX_VALUES = 2000
"""In all of a line, since a list may have itself, or a large one, many times."""

# Consumers store numbers in 64 bits; a larger one makes them refuse the whole line.
_LARGEST_INT = 2**63


def safe_text(text: str, limit: int = MAX_TEXT) -> str:
    """Return *text* cut to *limit* characters, without lone surrogates, which are not valid UTF-8."""
    if len(text) > limit:
        text = text[:limit] + "...[cut]"
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def plain(value: object, redactor: Redactor) -> Json:
    """Return *value* as JSON data."""
    return _bounded(value, redactor, MAX_DEPTH, iter(range(MAX_VALUES)))


def plain_fields(values: Mapping[str, object], redactor: Redactor) -> dict[str, Json]:
    """Return the fields of a log event as JSON data."""
    return _table(values.items(), redactor, MAX_DEPTH, iter(range(MAX_VALUES)))


def _bounded(value: object, redactor: Redactor, depth: int, room: Iterator[int]) -> Json:
    try:
        return _plain(value, redactor, depth, room)
    except Exception:
        # The value's own __repr__ or __iter__ failed, or it changed under us.
        return f"<unprintable {type(value).__name__}>"


def _plain(value: object, redactor: Redactor, depth: int, room: Iterator[int]) -> Json:
    if isinstance(value, str):
        return redactor.scrub(safe_text(str.__str__(value)))
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if -_LARGEST_INT <= value < _LARGEST_INT else f"<int of {value.bit_length()} bits>"
    if isinstance(value, float):
        return float(value) if isfinite(value) else str(float(value))
    if isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(cast("bytes | bytearray | memoryview", value)[:MAX_TEXT])
        return redactor.scrub(safe_text(data.decode("utf-8", "backslashreplace")))
    if (members := _members(value)) is not None:
        return _table(members, redactor, depth, room) if depth else f"<{type(value).__name__}>"
    if isinstance(value, (list, tuple, Set)):
        items: Iterable[object] = cast("Iterable[object]", value)
        return _list(items, redactor, depth, room) if depth else f"<{type(items).__name__}>"
    return redactor.scrub(safe_text(str(value) if _reads_well(value) else repr(value)))


def _members(value: object) -> Iterable[tuple[object, object]] | None:
    """Return the named parts of *value*, so that a secret among them is redacted by its name."""
    if isinstance(value, Mapping):
        return cast("Mapping[object, object]", value).items()
    if isinstance(value, (BaseModel, Headers)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return ((field.name, getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple) and hasattr(cast(object, value), "_fields"):
        return cast(NamedTuple, value)._asdict().items()
    return None


def _table(
    members: Iterable[tuple[object, object]], redactor: Redactor, depth: int, room: Iterator[int]
) -> dict[str, Json]:
    table: dict[str, Json] = {}
    for key, item in members:
        if len(table) == MAX_ITEMS or next(room, None) is None:
            table["..."] = "[cut]"
            break
        name = safe_text(key if isinstance(key, str) else str(key), MAX_KEY)
        if item is not None and redactor.hides(name):
            table[name] = REDACTED
        else:
            table[name] = _bounded(item, redactor, depth - 1, room)
    return table


def _list(items: Iterable[object], redactor: Redactor, depth: int, room: Iterator[int]) -> list[Json]:
    out: list[Json] = []
    for item in items:
        if len(out) == MAX_ITEMS or next(room, None) is None:
            out.append("...[cut]")
            break
        out.append(_bounded(item, redactor, depth - 1, room))
    return out


def _reads_well(value: object) -> bool:
    """Whether ``str`` gives the value alone, as for a date or a UUID, where ``repr`` adds its type."""
    # On Python 3.13 a path is of pathlib._local.
    module = type(value).__module__.partition(".")[0]
    return module in ("datetime", "uuid", "decimal", "pathlib", "fractions", "ipaddress")
