"""What an option of `endpoint` puts around a view that validates and answers already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from flask import Response

from .._operation import PROBLEM_JSON, Answer, HeaderNote
from ..problems import Problem

Run = Callable[..., Response]
"""A view as `endpoint` makes it: its errors are raised, its response is finished."""

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


class Layer(NamedTuple):
    """A behaviour around a view, and what it adds to the document."""

    wrap: Callable[[Run], Run]
    """Called once, at decoration."""
    request_headers: Mapping[str, HeaderNote] = _NOTHING
    """Those that it reads."""
    response_headers: Mapping[str, HeaderNote] = _NOTHING
    """Those that it adds to a response that is no error."""
    answers: Mapping[int, Answer] = _NOTHING
    """Those that it gives in place of the view."""


def problem_answer(description: str, methods: Iterable[str] = ()) -> Answer:
    """Return what the document says of a problem without a class of its own."""
    from .._problem_schema import problem_adapter

    return Answer(problem_adapter(Problem), PROBLEM_JSON, description, methods=frozenset(methods))
