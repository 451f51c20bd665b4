"""Where an argument of a view comes from, as a part of its type.

``body: Body[OrderIn]`` is an ``OrderIn`` to a type checker.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple, TypeVar

from werkzeug.datastructures import FileStorage

T = TypeVar("T")

Place = Literal["body", "query", "header", "cookie", "form", "file"]


class Marker(NamedTuple):
    """What `Body`, `Query` and so on put into the metadata of a type."""

    place: Place


Body = Annotated[T, Marker("body")]
"""The request's body: JSON, or what `Accepts` says."""

Query = Annotated[T, Marker("query")]
"""The query string: all of it for a model, else the parameter with the argument's name."""

Header = Annotated[T, Marker("header")]
"""The headers: those that a model names, or the one with the argument's name, ``_`` read as ``-``."""

Cookie = Annotated[T, Marker("cookie")]
"""The cookies: those that a model names, or the one with the argument's name."""

Form = Annotated[T, Marker("form")]
"""A form, urlencoded or with files: all fields for a model, else the one with the argument's name."""

File = Annotated[FileStorage, Marker("file")]
"""An uploaded file; ``list[File]`` takes several, `FileLimits` bounds them."""
