"""Read a form, with or without files."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from .._operation import FilePart, RequestBody
from .arguments import Argument, is_list, is_optional
from .errors import FieldError, malformed, too_large, unsupported_media_type
from .media import MULTIPART, URLENCODED, FileLimits, is_among, media_type_of
from .sources import Fields, Reader, several, validating

_Strict = partial(FormDataParser, silent=False)
"""Werkzeug takes a truncated form for an empty one, and the view would see fields missing."""


def form_of(arguments: Sequence[Argument], groups: Sequence[Fields]) -> tuple[RequestBody, Reader]:
    """Return what the document says of a form, and its reader.

    Args:
        arguments: of the places ``form`` and ``file``.
        groups: the fields of those in ``form``.
    """
    files = [argument for argument in arguments if argument.place == "file"]
    parts = [_part(argument) for argument in files]
    media_types = (MULTIPART,) if parts else (URLENCODED, MULTIPART)
    is_needed = any(part.is_required for part in parts) or any(
        argument.is_required for argument in arguments if argument.place == "form"
    )
    body = RequestBody(media_types, tuple(group.adapter for group in groups), tuple(parts), is_needed)
    readers = [validating(group, "form", partial(_form, lists=group.lists)) for group in groups]
    readers += [_file_reader(part, argument) for part, argument in zip(parts, files, strict=True)]

    def read(request: Request, values: dict[str, Any], errors: list[FieldError]) -> None:
        content_type = request.environ.get("CONTENT_TYPE", "")
        if media_type_of(content_type)[0] not in media_types:
            # A form without any field may come without a body too.
            if content_type or is_needed:
                raise unsupported_media_type(media_types)
            return
        _parse(request)
        for reader in readers:
            reader(request, values, errors)

    return body, read


def _form(request: Request, lists: frozenset[str]) -> dict[str, Any]:
    return several(request.form, lists)


def _parse(request: Request) -> None:
    """Parse the form once, and refuse what is none.

    Raises:
        Problem: 400 or 413.
    """
    if "form" in vars(request):
        return
    request.form_data_parser_class = _Strict  # type: ignore[assignment]
    try:
        request.form  # noqa: B018
    except RequestEntityTooLarge:
        raise too_large("The form is too large.") from None
    # Of a stream that ends early, too: Werkzeug's own is an HTTPException with the status 400.
    except (ValueError, LookupError):
        raise malformed("The form is broken or incomplete.") from None


def _part(argument: Argument) -> FilePart:
    limits = next((item for item in argument.metadata if isinstance(item, FileLimits)), FileLimits())
    is_required = argument.is_required and not is_optional(argument.hint)
    return FilePart(
        argument.name, is_list(argument.hint), is_required, limits.max_size, limits.max_count, limits.types
    )


def _file_reader(part: FilePart, argument: Argument) -> Reader:
    is_given_none = argument.is_required
    pointer = f"/{part.name}"

    def read(request: Request, values: dict[str, Any], errors: list[FieldError]) -> None:
        # Browsers send a part without a name and content for a field that is left empty.
        files = [file for file in request.files.getlist(part.name) if file.filename]
        if not files:
            if part.name in request.form:
                errors.append(FieldError("form", pointer, "file_expected", "Input should be a file"))
            elif part.is_required:
                errors.append(FieldError("form", pointer, "missing", "Field required"))
            elif is_given_none:
                values[part.name] = None
            return
        if not part.is_list and len(files) > 1:
            errors.append(_too_many(pointer, 1))
        elif part.max_count is not None and len(files) > part.max_count:
            errors.append(_too_many(pointer, part.max_count))
        for index, file in enumerate(files):
            where = f"{pointer}/{index}" if part.is_list else pointer
            errors.extend(_file_errors(file, part, where))
        values[part.name] = files if part.is_list else files[0]

    return read


def _too_many(pointer: str, limit: int) -> FieldError:
    return FieldError(
        "form", pointer, "too_many_files", f"At most {limit} can be taken", {"max_count": limit}
    )


def _file_errors(file: FileStorage, part: FilePart, pointer: str) -> list[FieldError]:
    found: list[FieldError] = []
    if part.max_size is not None and _size(file) > part.max_size:
        detail = f"File should have at most {part.max_size} bytes"
        found.append(FieldError("form", pointer, "file_too_large", detail, {"max_size": part.max_size}))
    if part.types and not is_among(file.mimetype, part.types):
        types = ", ".join(part.types)
        found.append(FieldError("form", pointer, "file_type", f"File should be {types}", {"types": types}))
    return found


def _size(file: FileStorage) -> int:
    size = file.stream.seek(0, 2)
    file.stream.seek(0)
    return size
