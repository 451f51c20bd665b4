"""What a body may be, and how large its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from werkzeug.http import parse_options_header

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


class Accepts:
    """The media types of a `Body`, in place of JSON alone::

        rows: Body[Annotated[bytes, Accepts("text/csv")]]
        order: Body[Annotated[OrderIn, Accepts("application/json", "application/x-www-form-urlencoded")]]

    JSON types, ``+json`` included, and urlencoded forms are read into the argument's type. ``bytes``
    and ``str`` arguments get any other body as it is; all else needs *parse*.

    Args:
        media_types: the types that are taken; a request with any other is answered with 415.
        parse: makes a value of the bytes, which is then validated as the argument's type. A
            ``ValueError`` from it is answered with 400.

    Raises:
        ValueError: there is no media type, or one is not like ``type/subtype``.
    """

    def __init__(self, *media_types: str, parse: Callable[[bytes], object] | None = None) -> None:
        self.media_types = tuple(_checked(media_type, "Accepts") for media_type in media_types)
        if not media_types:
            raise ValueError('Accepts needs a media type, such as Accepts("text/csv").')
        self.parse = parse


class FileLimits:
    """What is taken of a `File`: ``photo: Annotated[File, FileLimits(max_size=2_000_000)]``.

    Args:
        max_size: bytes of one file.
        max_count: number of files of a ``list[File]``.
        types: media types that the client may declare, also as ``image/*``. What a client declares
            proves nothing about the content.

    Raises:
        ValueError: a limit is below 1, or a type is not like ``type/subtype``.
    """

    def __init__(
        self, *, max_size: int | None = None, max_count: int | None = None, types: Sequence[str] = ()
    ) -> None:
        for name, limit in (("max_size", max_size), ("max_count", max_count)):
            if limit is not None and limit < 1:
                raise ValueError(f"FileLimits needs a {name} of at least 1, not {limit}.")
        self.max_size = max_size
        self.max_count = max_count
        if isinstance(types, str):
            raise ValueError(f'FileLimits takes a list of types, such as ["{types}"].')
        self.types = tuple(_checked(media_type, "FileLimits") for media_type in types)


def media_type_of(content_type: str) -> tuple[str, Mapping[str, str]]:
    """Return the media type of a header, in lower case, and its parameters; nothing where it is none."""
    try:
        media_type, options = parse_options_header(content_type)
    except (LookupError, ValueError):
        # A parameter may name an encoding of its own (RFC 8187).
        return "", {}
    # Werkzeug 2 takes the first of several.
    return ("", {}) if "," in content_type.partition(";")[0] else (media_type.lower(), options)


def is_json(media_type: str) -> bool:
    """Whether bodies of *media_type* are JSON (RFC 6839, section 3.1)."""
    return media_type == JSON or media_type.endswith("+json")


def is_among(media_type: str, types: Sequence[str]) -> bool:
    """Whether *media_type* is one of *types*, of which some may be like ``image/*``."""
    return media_type in types or f"{media_type.partition('/')[0]}/*" in types or "*/*" in types


def _checked(media_type: str, taker: str) -> str:
    main, slash, sub = media_type.partition("/")
    if not (main and slash and sub) or set(media_type) & set(' ;,"\t'):
        raise ValueError(f"{taker} takes types like 'text/csv', without parameters, not {media_type!r}.")
    return media_type.lower()
