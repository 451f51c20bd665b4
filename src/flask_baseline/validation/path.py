"""Read the variables of a path, as the view's hints say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Request
from pydantic import TypeAdapter
from pydantic.errors import PydanticUserError
from typing_extensions import NotRequired, TypedDict

from .arguments import Argument
from .errors import FieldError
from .sources import Fields, Reader, validating

_PLAIN: tuple[Any, ...] = (str, int, float, UUID)


def path_fields(arguments: Sequence[Argument]) -> Fields | None:
    """Return those of *arguments* that may be variables of a path; None where there are none.

    Which of them are, and which another decorator passes, is known when the view has a route.
    """
    hints = {argument.name: argument.hint for argument in arguments if _can_be_read(argument)}
    if not hints:
        return None
    fields = {name: NotRequired[hint] for name, hint in hints.items()}
    adapter: TypeAdapter[Any] = TypeAdapter(TypedDict("PathParameters", fields))  # type: ignore[operator]
    return Fields(adapter, None, frozenset(), tuple((name, name) for name in hints))


def path_reader(fields: Fields, arguments: Sequence[Argument]) -> Reader:
    """Return the reader of *fields*."""
    kinds = {argument.name: argument.hint for argument in arguments if argument.hint in _PLAIN}
    names = [name for name, _ in fields.names]

    def collect(request: Request) -> Mapping[str, Any]:
        found = request.view_args or {}
        return {name: found[name] for name in names if name in found}

    validate = validating(fields, "path", collect)

    def read(request: Request, values: dict[str, Any], errors: list[FieldError]) -> None:
        found = request.view_args
        # What the rule's converter has made already is taken as it is.
        if found and any(name in found and type(found[name]) is not kinds.get(name) for name in names):
            validate(request, values, errors)

    return read


def _can_be_read(argument: Argument) -> bool:
    if argument.hint is Argument._field_defaults["default"]:
        return False
    if argument.hint in _PLAIN:
        return True
    try:
        TypeAdapter(argument.hint)
    except PydanticUserError:
        return False
    return True
