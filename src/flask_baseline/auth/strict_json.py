"""JSON that can be read in one way alone, from those who may not be believed."""

from __future__ import annotations

import json
from typing import Any, cast


def object_of(text: bytes) -> dict[str, Any]:
    """Return the object that *text* is.

    Raises:
        ValueError: it is none, is no UTF-8, has a name twice, ``NaN``, or is nested too deeply.
    """
    try:
        found: object = _DECODER.decode(text.decode("utf-8"))
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("no object")
    return cast("dict[str, Any]", found)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        # Another reader may take the other one (RFC 8725, section 2.4).
        raise ValueError("a name is there twice")
    return made


def _refuse(constant: str) -> None:
    raise ValueError("no number of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)
