"""flask-cors beside cookies: what would let every site act as the visitor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

from flask import Flask

from ..errors import ConfigProblem

_WHAT = "lets every site use the cookies, with its credentials and an origin for all"
_FIX = "list the origins, or take the credentials away; BASELINE_CORS_ORIGINS does both safely"


def unsafe_flask_cors(app: Flask) -> Iterator[ConfigProblem]:
    """Yield a problem where a ``CORS(app)`` of flask-cors answers every origin, with credentials."""
    for hooks in app.after_request_funcs.values():
        for hook in hooks:
            if getattr(hook, "__name__", "") == "cors_after_request" and any(map(_is_open, _resources(hook))):
                yield ConfigProblem("CORS(app)", "app", _WHAT, _FIX)


def _resources(hook: Any) -> list[Any]:
    """Return the options by path that flask-cors has put into its *hook*."""
    found: dict[str, Any] = dict(zip(hook.__code__.co_freevars, hook.__closure__ or (), strict=True))
    return [options for _, options in found["resources"].cell_contents] if "resources" in found else []


def _is_open(options: Any) -> bool:
    # A table up to its release 6.0.
    read: Callable[[str], Any] = (
        cast("dict[str, Any]", options).get if isinstance(options, dict) else partial(getattr, options)
    )
    origins = [getattr(each, "pattern", each) for each in read("origins") or ()]
    return bool(read("supports_credentials")) and any(each in ("*", ".*", "null") for each in origins)
