"""Make JSON of what a view returns, and nothing that its model does not hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from .arguments import core_of, is_class, named

# An ORM object has the names of the fields, whatever these are called on the wire. Since pydantic 2.11.
_BY_NAME: dict[str, Any] = {"by_name": True} if hasattr(TypeAdapter, "rebuild") else {}


class InvalidResponseError(Exception):
    """A view returned what it does not declare. The message has no values, since logs keep it."""


class Encoding(NamedTuple):
    """How a declared value is sent."""

    check: Callable[[Any], Any]
    """Returns the value as the declared type."""
    encode: Callable[[Any], bytes]
    """Returns the JSON of a value that was checked."""


def encoding_of(view: Callable[..., Any], adapter: TypeAdapter[Any], hint: Any) -> Encoding:
    """Return how a value of the type *hint*, which *adapter* is for, is sent.

    A value of exactly the declared model is taken as it is: whoever made it has validated it.
    Both functions raise `InvalidResponseError`.
    """
    core = core_of(hint)
    trusted = core if is_class(core, BaseModel) else None
    validate, to_json = adapter.validator.validate_python, adapter.serializer.to_json

    def check(value: Any) -> Any:
        if type(value) is trusted:
            return value
        try:
            return validate(value, from_attributes=True, **_BY_NAME)
        except ValidationError as error:
            raise InvalidResponseError(_told(view, error)) from None

    def encode(value: Any) -> bytes:
        try:
            return to_json(value, by_alias=True, warnings="error")
        except PydanticSerializationError as error:
            # Its own text has the value.
            fields = ", ".join(sorted({*re.findall(r"field_name='(\w+)'", str(error))})) or "value"
            raise InvalidResponseError(
                f"{named(view)} returned what its response model cannot hold: {fields}"
            ) from None

    return Encoding(check, encode)


def _told(view: Callable[..., Any], error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False, include_context=False)
    lines = [f"  {'.'.join(map(str, item['loc'])) or 'value'}: {item['type']}" for item in found[:10]]
    return "\n".join([f"{named(view)} returned what its response model does not take:", *lines])
