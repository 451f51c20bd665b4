"""Read a body that is no form: JSON, or what the view says that it accepts."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Request
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json
from werkzeug.exceptions import RequestEntityTooLarge

from .._operation import RequestBody
from .arguments import Argument, core_of, is_optional
from .errors import FieldError, field_errors, malformed, names_of, too_large, unsupported_media_type
from .media import JSON, URLENCODED, Accepts, is_json, media_type_of
from .sources import Reader, several

NOT_JSON = "The body is not valid JSON."


class _Target(NamedTuple):
    """Where a body goes."""

    name: str
    validate_json: Callable[[bytes], Any]
    validate: Callable[[object], Any]
    known: Callable[[], frozenset[str]]
    lists: frozenset[str]


_Decode = Callable[[Request, bytes, str, _Target, list[FieldError]], Any]


def body_of(argument: Argument, lists: frozenset[str]) -> tuple[RequestBody, Reader]:
    """Return what the document says of the body in *argument*, and its reader.

    Args:
        argument: the view's.
        lists: the fields that may come several times, for urlencoded bodies.

    Raises:
        TypeError: a media type is accepted that is nothing which can be read into the type.
    """
    accepts = next((item for item in argument.metadata if isinstance(item, Accepts)), Accepts(JSON))
    adapter: TypeAdapter[Any] = TypeAdapter(argument.hint)
    is_raw = core_of(argument.hint) in (bytes, str)
    decoders = {kind: _decoder(kind, accepts, argument, is_raw=is_raw) for kind in accepts.media_types}
    is_needed = argument.is_required and not is_optional(argument.hint)
    body = RequestBody(accepts.media_types, (adapter,), (), is_needed)
    validator = adapter.validator
    target = _Target(
        argument.name, validator.validate_json, validator.validate_python, names_of(adapter), lists
    )
    return body, _reader(decoders, target, argument)


def _decoder(media_type: str, accepts: Accepts, argument: Argument, *, is_raw: bool) -> _Decode:
    if accepts.parse is not None:
        return _parsed_by(accepts.parse)
    if is_json(media_type):
        return _json
    if is_raw:
        return _text if core_of(argument.hint) is str else _bytes
    if media_type == URLENCODED:
        return _urlencoded
    raise TypeError(
        f"the body {argument.name!r} accepts {media_type}, which is not JSON. Give Accepts a function "
        "`parse`, or make the argument bytes or str."
    )


def _reader(decoders: dict[str, _Decode], target: _Target, argument: Argument) -> Reader:
    # Whole values of the header, since nearly all requests have one of them.
    ready = {
        media_type + charset: (decode, "utf-8")
        for media_type, decode in decoders.items()
        for charset in ("", "; charset=utf-8", ";charset=utf-8", "; charset=UTF-8", ";charset=UTF-8")
    }
    may_be_empty = not argument.is_required or is_optional(argument.hint)
    name = target.name
    is_given_none = argument.is_required

    def read(request: Request, values: dict[str, Any], errors: list[FieldError]) -> None:
        content_type = request.environ.get("CONTENT_TYPE", "")
        found = ready.get(content_type)
        if found is None:
            if may_be_empty and not content_type and not data_of(request):
                if is_given_none:
                    values[name] = None
                return
            found = _negotiated(content_type, decoders)
        decode, charset = found
        data = data_of(request)
        if not data and may_be_empty:
            if is_given_none:
                values[name] = None
            return
        try:
            values[name] = decode(request, data, charset, target, errors)
        except _InvalidError:
            return

    return read


def data_of(request: Request) -> bytes:
    """Return the bytes of the body, which stay there for who reads it again.

    Raises:
        Problem: 413, above ``MAX_CONTENT_LENGTH``; 400, when it ends early.
    """
    limit = request.max_content_length
    if limit is not None and (request.content_length or 0) > limit:
        # Before 2.3 Werkzeug counts the bytes of forms alone.
        raise too_large("The body is too large.")
    try:
        return request.get_data()
    except RequestEntityTooLarge:
        raise too_large("The body is too large.") from None


class _InvalidError(Exception):
    """The errors are listed; there is no value."""


def _negotiated(content_type: str, decoders: dict[str, _Decode]) -> tuple[_Decode, str]:
    media_type, options = media_type_of(content_type)
    decode = decoders.get(media_type)
    charset = options.get("charset", "utf-8")
    if decode is None or not _is_taken(charset, decode):
        raise unsupported_media_type(tuple(decoders))
    return decode, charset


def _is_taken(charset: str, decode: _Decode) -> bool:
    if decode is _bytes:
        return True
    try:
        codec = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return False
    return codec in ("utf-8", "ascii")


def _json(_request: Request, data: bytes, _charset: str, target: _Target, errors: list[FieldError]) -> Any:
    try:
        return target.validate_json(data)
    except ValidationError as error:
        if error.errors(include_url=False, include_context=False)[0]["type"] == "json_invalid":
            raise malformed(NOT_JSON) from None
        errors.extend(field_errors(error, "body", from_json(data), target.known))
        raise _InvalidError from None


def _bytes(_request: Request, data: bytes, _charset: str, target: _Target, errors: list[FieldError]) -> Any:
    return _validated(data, None, target, errors)


def _text(_request: Request, data: bytes, _charset: str, target: _Target, errors: list[FieldError]) -> Any:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise malformed("The body is not UTF-8.") from None
    return _validated(text, None, target, errors)


def _urlencoded(
    request: Request, _data: bytes, _charset: str, target: _Target, errors: list[FieldError]
) -> Any:
    fields = several(request.form, target.lists)
    return _validated(fields, fields, target, errors)


def _parsed_by(parse: Callable[[bytes], object]) -> _Decode:
    def decode(
        _request: Request, data: bytes, _charset: str, target: _Target, errors: list[FieldError]
    ) -> Any:
        try:
            parsed = parse(data)
        except ValueError:
            raise malformed("The body cannot be read as what its content type says.") from None
        return _validated(parsed, parsed, target, errors)

    return decode


def _validated(value: object, document: object, target: _Target, errors: list[FieldError]) -> Any:
    try:
        return target.validate(value)
    except ValidationError as error:
        errors.extend(field_errors(error, "body", document, target.known))
        raise _InvalidError from None
