"""What is told about an exception: never its local variables, and no secret in its message."""

from __future__ import annotations

from traceback import TracebackException

from ._redaction import Redactor
from ._safe import Json, plain, safe_text

MAX_FRAMES = 20
MAX_STACKTRACE = 16_384


def describe(error: BaseException, redactor: Redactor) -> dict[str, Json]:
    """Return ``exception.*`` of *error*. Local variables are never part of it."""
    stacktrace = _stacktrace(error)
    if len(stacktrace) > MAX_STACKTRACE:
        half = MAX_STACKTRACE // 2
        stacktrace = f"{stacktrace[:half]}\n...[cut]\n{stacktrace[-half:]}"
    return {
        "exception.type": type_name(error),
        "exception.message": plain(message_of(error), redactor),
        "exception.stacktrace": redactor.scrub(safe_text(stacktrace, MAX_STACKTRACE + 64)),
    }


def _stacktrace(error: BaseException) -> str:
    try:
        return "".join(TracebackException.from_exception(error, limit=-MAX_FRAMES).format())
    except Exception:
        # Python prints attributes that may hold anything, such as the text and position of a SyntaxError.
        return "<unprintable>"


def type_name(error: BaseException) -> str:
    """Return the class of *error* as OpenTelemetry's ``error.type`` and ``exception.type`` have it."""
    cls = type(error)
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def message_of(error: BaseException) -> str:
    """Return what *error* says. It never raises."""
    try:
        return str(error)
    except Exception:
        return "<unprintable>"
