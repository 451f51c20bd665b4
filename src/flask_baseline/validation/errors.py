"""The refusals of a request, without a word of what the client sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast, get_args

from ..problems import Problem

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

Where = Literal["body", "query", "header", "cookie", "path", "form"]

MAX_ERRORS = 100
"""How many errors an answer lists; a list of a million wrong items is not answered with a million."""

# What is known before any request. The rest of an error's context may hold what the client sent.
_OF_THE_SCHEMA = frozenset(
    "gt ge lt le multiple_of min_length max_length pattern expected expected_tags discriminator field_type "
    "class class_name encoding expected_schemes expected_version max_digits decimal_places whole_digits "
    "tz_expected".split()
)
_HARMLESS = _OF_THE_SCHEMA | {"actual_length"}

_NOT_VALID = "Input is not valid"
_TEXTS = {
    "bytes_invalid_encoding": "Data should be valid in its encoding",
    "date_from_datetime_parsing": "Input should be a valid date or datetime",
    "date_parsing": "Input should be a valid date in the format YYYY-MM-DD",
    "datetime_from_date_parsing": "Input should be a valid datetime or date",
    "datetime_parsing": "Input should be a valid datetime",
    "mapping_type": "Input should be a valid mapping",
    "time_delta_parsing": "Input should be a valid timedelta",
    "time_parsing": "Input should be in a valid time format",
    "timezone_offset": "Timezone offset should be another",
    "union_tag_invalid": "Input tag should be one of those that are expected",
    "url_parsing": "Input should be a valid URL",
    "url_syntax_violation": "Input should follow the syntax of URLs strictly",
    "uuid_parsing": "Input should be a valid UUID",
}


class FieldError(NamedTuple):
    """One thing that is wrong with a request."""

    where: Where
    pointer: str
    """RFC 6901, from the root of *where*. A name that the schema does not know is ``*``."""
    code: str
    detail: str
    params: Mapping[str, object] | None = None

    def as_json(self) -> dict[str, object]:
        """Return the item in ``errors``."""
        item: dict[str, object] = {
            "in": self.where, "pointer": self.pointer, "code": self.code, "detail": self.detail
        }  # fmt: skip
        if self.params:
            item["params"] = self.params
        return item


class Refusal(Problem):
    """A request that the view has not seen."""


def unsupported_media_type(accepted: Sequence[str]) -> Refusal:
    """415, with what would be taken (RFC 9110, sections 12.5.1 and 15.5.16)."""
    accept = ", ".join(accepted)
    return Refusal(415, f"The body must be {accept}, in UTF-8.", headers={"Accept": accept})


def malformed(detail: str) -> Refusal:
    """400: what was sent cannot be read at all."""
    return Refusal(400, detail)


def too_large(detail: str) -> Refusal:
    """413."""
    return Refusal(413, detail)


def invalid(errors: Sequence[FieldError]) -> Refusal:
    """422, with every error."""
    listed = [error.as_json() for error in errors[:MAX_ERRORS]]
    return Refusal(422, "The request is not valid.", errors=listed)


def field_errors(
    error: ValidationError, where: Where, document: object, known: Callable[[], frozenset[str]]
) -> Iterator[FieldError]:
    """Yield what *error* says.

    Args:
        error: from a validator.
        where: what was validated.
        document: what was validated, as JSON values, to find the parts that *error* points to.
        known: returns the names of all properties in the schema.
    """
    for found in error.errors(include_url=False, include_input=False)[:MAX_ERRORS]:
        context = found.get("ctx", {})
        detail = found["msg"]
        if found["type"] in _known_codes() and not context.keys() <= _HARMLESS:
            detail = _TEXTS.get(found["type"], _NOT_VALID)
        params = {name: value for name, value in context.items() if _is_param(name, value)}
        pointer = _pointer(found["loc"], document, known())
        yield FieldError(where, pointer, found["type"], detail, params)


def names_of(adapter: TypeAdapter[Any]) -> Callable[[], frozenset[str]]:
    """Return a function that returns the names of all properties in the schema of *adapter*."""

    @lru_cache(maxsize=1)
    def names() -> frozenset[str]:
        from pydantic.errors import PydanticUserError

        try:
            return frozenset(_properties(adapter.json_schema(mode="validation")))
        except PydanticUserError:
            # A type without a JSON schema can be validated all the same.
            return frozenset()

    return names


def _properties(schema: Any) -> Iterator[str]:
    """Yield the names in every ``properties`` of *schema*."""
    if isinstance(schema, dict):
        for key, value in cast("dict[str, Any]", schema).items():
            if key == "properties":
                yield from value
            yield from _properties(value)
    elif isinstance(schema, list):
        for item in cast("Any", schema):
            yield from _properties(item)


@lru_cache(maxsize=1)
def _known_codes() -> frozenset[str]:
    from pydantic_core.core_schema import ErrorType

    return frozenset(get_args(ErrorType))


def _is_param(name: str, value: object) -> bool:
    return name in _OF_THE_SCHEMA and isinstance(value, str | int | float)


def _pointer(loc: Sequence[str | int], document: Any, known: frozenset[str]) -> str:
    """Return *loc* as a pointer into *document*.

    Pydantic's has the names of unions' members in between, which are no parts of a document.
    """
    parts: list[str] = []
    for index, step in enumerate(loc):
        is_object = isinstance(document, dict)
        is_item = isinstance(document, list) and isinstance(step, int) and step < len(cast("Any", document))
        if is_item or (is_object and step in document):
            document = cast("Any", document)[step]
        elif not (is_object and step in known and index == len(loc) - 1):
            continue
        parts.append(str(step) if isinstance(step, int) or step in known else "*")
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
