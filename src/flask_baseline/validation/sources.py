"""Read the query, the headers, the cookies and the path."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, cast

from flask import Request
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python
from typing_extensions import NotRequired, Required, TypedDict

from .._operation import Parameters
from .arguments import Argument, core_of, is_list, is_object
from .errors import FieldError, field_errors, malformed, names_of

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

Reader = Callable[[Request, dict[str, Any], list[FieldError]], None]
"""Reads one place of a request: adds arguments for the view, or errors."""

ParameterPlace = Literal["query", "header", "cookie", "path"]


class Fields(NamedTuple):
    """Named values that are validated together: those of one model, or the single ones of a place."""

    adapter: TypeAdapter[Any]
    target: str | None
    """The argument that gets the model; None for single values, which are arguments themselves."""
    lists: frozenset[str]
    """The names that may come several times."""
    names: tuple[tuple[str, str], ...]
    """Each name on the wire, and in the schema."""


def fields_of(arguments: Sequence[Argument], place: str) -> list[Fields]:
    """Group the *arguments* of one place."""
    models = [argument for argument in arguments if is_object(argument.hint)]
    singles = [argument for argument in arguments if not is_object(argument.hint)]
    found = [_fields_of_model(argument, place) for argument in models]
    return [*found, _fields_of_singles(singles, place)] if singles else found


def lists_of(argument: Argument) -> frozenset[str]:
    """Return the fields of a model in *argument* that take several values."""
    return _fields_of_model(argument, "form").lists if is_object(argument.hint) else frozenset()


def parameters_of(fields: Fields, place: ParameterPlace) -> Parameters:
    """Return what the document says of *fields*."""
    renamed = {inner: wire for wire, inner in fields.names if wire != inner}
    return Parameters(place, fields.adapter, renamed)


def reader_of(fields: Fields, place: ParameterPlace) -> Reader:
    """Return the reader of *fields*."""
    collect: Callable[[Request], Mapping[str, Any]]
    if place == "query":
        collect = _collect_query(fields)
    elif place == "header":
        collect = _collect_headers(fields)
    else:
        collect = _collect_cookies(fields)
    return validating(fields, place, collect)


def validating(
    fields: Fields, place: ParameterPlace | Literal["form"], collect: Callable[[Request], Mapping[str, Any]]
) -> Reader:
    """Return a reader that validates what *collect* returns."""
    validate = fields.adapter.validator.validate_python
    known = names_of(fields.adapter)
    target = fields.target
    wire_names = {inner: wire for wire, inner in fields.names if wire != inner}

    def read(request: Request, values: dict[str, Any], errors: list[FieldError]) -> None:
        raw = collect(request)
        try:
            value = validate(raw)
        except ValidationError as error:
            found = field_errors(error, place, raw, known)
            errors.extend(_on_the_wire(item, wire_names) for item in found)
            return
        if target is None:
            values.update(value)
        else:
            values[target] = value

    return read


def _on_the_wire(error: FieldError, names: Mapping[str, str]) -> FieldError:
    _, first, *rest = error.pointer.split("/") if error.pointer else ("", "")
    return error._replace(pointer="/".join(["", names[first], *rest])) if first in names else error


# A MultiDict is a dictionary of lists, which its own methods copy.
_raw_items: Callable[[Any], ItemsView[str, list[Any]]] = cast("Any", dict).items


def several(values: MultiDict[str, Any], lists: frozenset[str]) -> dict[str, Any]:
    """Return the values of *values* by name: lists of *lists*, and of the others the only one.

    A single parameter that comes twice keeps both and so fails: whoever checked it before us, a
    proxy say, may have looked at the other one.
    """
    return {
        name: found if name in lists or len(found) > 1 else found[0] for name, found in _raw_items(values)
    }


def _fields_of_model(argument: Argument, place: str) -> Fields:
    adapter: TypeAdapter[Any] = TypeAdapter(argument.hint)
    lists: set[str] = set()
    names: list[tuple[str, str]] = []
    for name, info in _model_fields(core_of(argument.hint)).items():
        alias = _alias(info)
        inner = alias or name
        names.append((_wire(name, place) if alias is None else alias, inner))
        if is_list(info.annotation):
            lists.add(inner)
    return Fields(adapter, argument.name, frozenset(lists), tuple(names))


def _fields_of_singles(arguments: Sequence[Argument], place: str) -> Fields:
    """Return the fields of a dictionary, which is passed on as it comes out of the validator."""
    hints: dict[str, Any] = {}
    lists: set[str] = set()
    names: list[tuple[str, str]] = []
    for argument in arguments:
        infos = [item for item in argument.metadata if isinstance(item, FieldInfo)]
        alias = next((found for info in infos if (found := _alias(info))), None)
        wire = alias or _wire(argument.name, place)
        names.append((wire, wire))
        if is_list(argument.hint):
            lists.add(wire)
        hints[argument.name] = _single(argument, wire, infos)
    # Not `class`: the names are data.
    name = f"{place.capitalize()}Parameters"
    return Fields(TypeAdapter(TypedDict(name, hints)), None, frozenset(lists), tuple(names))  # type: ignore[operator]


def _single(argument: Argument, wire: str, infos: Sequence[FieldInfo]) -> Any:
    from pydantic import Field

    if argument.is_required:
        return Required[Annotated[argument.hint, Field(alias=wire)]]
    # Without a value the function's own default is taken; the document shows it.
    extra: dict[str, Any] = {}
    for info in infos:
        known: Any = info.json_schema_extra
        extra |= known if isinstance(known, dict) else {}
    if argument.default is not None:
        extra["default"] = to_jsonable_python(argument.default, fallback=str)
    return NotRequired[Annotated[argument.hint, Field(alias=wire, json_schema_extra=extra or None)]]


def _model_fields(model: Any) -> Mapping[str, FieldInfo]:
    for attribute in ("model_fields", "__pydantic_fields__"):
        found: Mapping[str, FieldInfo] | None = getattr(model, attribute, None)
        if found:
            return found
    hints = getattr(model, "__annotations__", {})
    from typing_extensions import get_type_hints

    resolved = get_type_hints(model, include_extras=True) if hints else {}
    return {name: FieldInfo.from_annotation(hint) for name, hint in resolved.items()}


def _alias(info: FieldInfo) -> str | None:
    """Return the name that a validator looks for; one with a path or a choice is left to itself."""
    alias = info.validation_alias or info.alias
    return alias if isinstance(alias, str) else None


def _wire(name: str, place: str) -> str:
    return name.replace("_", "-") if place == "header" else name


def _collect_query(fields: Fields) -> Callable[[Request], Mapping[str, Any]]:
    lists = fields.lists

    def collect(request: Request) -> Mapping[str, Any]:
        try:
            return several(request.args, lists)
        except UnicodeDecodeError:
            raise malformed("The query string is not UTF-8.") from None

    return collect


def _collect_headers(fields: Fields) -> Callable[[Request], Mapping[str, Any]]:
    names, lists = fields.names, fields.lists

    def collect(request: Request) -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        headers = request.headers
        for wire, inner in names:
            value = headers.get(wire)
            if value is not None:
                # RFC 9110, section 5.6.1; servers join the lines of one header with commas.
                found[inner] = [part.strip() for part in value.split(",")] if inner in lists else value
        return found

    return collect


def _collect_cookies(fields: Fields) -> Callable[[Request], Mapping[str, Any]]:
    names, lists = fields.names, fields.lists

    def collect(request: Request) -> Mapping[str, Any]:
        cookies = several(request.cookies, lists)
        return {inner: cookies[wire] for wire, inner in names if wire in cookies}

    return collect
