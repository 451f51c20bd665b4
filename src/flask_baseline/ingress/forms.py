"""The limits of forms, alike in every version of Werkzeug."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

Form = tuple[IO[bytes], "MultiDict[str, str]", "MultiDict[str, Any]"]

_MIN_MEMORY = 262_144
"""Werkzeug takes the buffer that it reads files through for part of a field."""


class LimitedForms:
    """Parses as *parser* does, and raises 413 where a form is beyond the limits.

    Werkzeug leaves long fields alone in some versions, and urlencoded ones in others.

    Args:
        parser: Werkzeug's or the app's.
        max_bytes: of a field that is no file, and of an urlencoded form; None for any number.
        max_parts: fields and files; None for any number.
    """

    def __init__(self, parser: FormDataParser, max_bytes: int | None, max_parts: int | None) -> None:
        self._parser, self._max_bytes, self._max_parts = parser, max_bytes, max_parts
        if max_bytes is not None:
            parser.max_form_memory_size = max(max_bytes, _MIN_MEMORY)

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Form:
        """Return the stream, the fields and the files.

        Raises:
            RequestEntityTooLarge: it is beyond the limits.
        """
        if mimetype == "application/x-www-form-urlencoded":
            data = stream.read()
            if self._is_too_long(len(data)) or self._is_too_many(data.count(b"&") + 1):
                raise RequestEntityTooLarge
            stream, content_length = BytesIO(data), len(data)
        parsed: Form = self._parser.parse(stream, mimetype, content_length, options)
        # A character has at most four bytes.
        for value in (value for values in parsed[1].listvalues() for value in values):
            if self._is_too_long(4 * len(value)) and self._is_too_long(len(value.encode())):
                for file in (file for files in parsed[2].listvalues() for file in files):
                    file.close()
                raise RequestEntityTooLarge
        return parsed

    def _is_too_long(self, size: int) -> bool:
        return self._max_bytes is not None and size > self._max_bytes

    def _is_too_many(self, parts: int) -> bool:
        return self._max_parts is not None and parts > self._max_parts
