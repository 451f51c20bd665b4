"""The app's class of requests, with the limits of bodies and forms in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Request
from werkzeug.utils import cached_property
from werkzeug.wsgi import get_input_stream

from .forms import LimitedForms
from .settings import IngressSettings

_OWN_LIMIT = "_baseline_max_content_length"


def limited(
    request_class: type[Request], settings: IngressSettings, view_limit: Callable[[Request], int]
) -> type[Request]:
    """Return *request_class* with the limits; what the class itself has of them stays.

    All of them can be set for one request, as since Flask 3.1.
    """
    # The property of mypy's plugins for classes does not know those that are made by a call.
    ours: dict[str, Any] = {
        "max_content_length": property(_max_content_length(view_limit), _set_max_content_length),
        "max_form_memory_size": settings.max_form_bytes,
        "max_form_parts": settings.max_form_parts,
        "stream": cached_property(_stream, "stream"),
    }
    kept = {
        name: value for name, value in ours.items() if getattr(request_class, name) is getattr(Request, name)
    }
    kept["make_form_data_parser"] = _parser(request_class.make_form_data_parser)
    about = {"__module__": request_class.__module__, "__qualname__": request_class.__qualname__}
    return type(request_class.__name__, (request_class,), kept | about)


def _max_content_length(view_limit: Callable[[Request], int]) -> Callable[[Request], int]:
    def max_content_length(request: Request) -> int:
        """How many bytes of a body are read: what was set for this request, else the view's limit."""
        own: int | None = vars(request).get(_OWN_LIMIT)
        return view_limit(request) if own is None else own

    return max_content_length


def _set_max_content_length(request: Request, value: int | None) -> None:
    vars(request)[_OWN_LIMIT] = value


def _stream(request: Request) -> Any:
    """Return the body, which counts itself.

    Werkzeug's own limit would end a longer body without a word, and refuse one of just that length.
    """
    return get_input_stream(request.environ)


def _parser(make: Callable[[Request], Any]) -> Callable[[Request], LimitedForms]:
    def make_form_data_parser(request: Request) -> LimitedForms:
        return LimitedForms(make(request), request.max_form_memory_size, request.max_form_parts)

    return make_form_data_parser
