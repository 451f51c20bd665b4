"""Answer a request that is sent again with what it was answered, and run it no second time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from secrets import token_hex
from typing import Any

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException

from ..._operation import PROBLEM_JSON, Answer, HeaderNote
from ..._problem_schema import validation_problem_adapter
from ..._runtime import runtime_of
from ...problems import Problem
from ..errors import FieldError, Refusal, invalid
from ..layer import Layer, Run, problem_answer
from .identity import HEADER, PATTERN, fingerprint_of, key_of
from .memory import MemoryStore
from .outcome import packed, unpacked
from .store import LEASE_SECONDS, IdempotencyStore

_log = logging.getLogger("flask_baseline.validation")

_METHODS = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_KEEP_SECONDS = 86_400

# They say that nothing was done, and that the same request may succeed later.
_TO_BE_REPEATED = frozenset({408, 409, 412, 423, 425, 428, 429})


def idempotency_layer(caller: Callable[[], str] | None) -> Layer:
    """Return the layer that runs a request once per ``Idempotency-Key``.

    Args:
        caller: returns who sends a request; None takes the ``Authorization`` header for that.
    """
    # For apps without Baseline.
    own = MemoryStore()

    def wrap(run: Run) -> Run:
        @wraps(run)
        def once(*args: Any, **kwargs: Any) -> Response:
            if request.method not in _METHODS:
                return run(*args, **kwargs)
            key, fingerprint, owner = key_of(request, caller), fingerprint_of(request), token_hex(16)
            runtime = runtime_of(current_app._get_current_object(), "validation")  # type: ignore[attr-defined]
            store: IdempotencyStore = own if runtime is None else runtime.idempotency_store
            keep = _KEEP_SECONDS if runtime is None else runtime.idempotency_seconds
            try:
                claim = store.claim(key, fingerprint, owner, LEASE_SECONDS)
            except Exception:
                # Run without a record it could run twice.
                _log.exception("The store of idempotency keys cannot be reached.")
                raise Problem(503, "Try again later.", headers={"Retry-After": "5"}) from None
            if not claim.is_ours:
                return _again(claim.fingerprint == fingerprint, claim.outcome)
            return _first(lambda: run(*args, **kwargs), store, key, owner, keep)

        return once

    return Layer(
        wrap,
        request_headers={
            HEADER: HeaderNote(
                "A new value for each request that is not a repetition.",
                {"type": "string", "pattern": PATTERN},
                is_required=True,
                methods=_METHODS,
            )
        },
        response_headers={"Idempotency-Replayed": HeaderNote("`true` in the answer to a repetition.")},
        answers={
            400: problem_answer("The request cannot be read.", _METHODS),
            409: problem_answer("The same request is running.", _METHODS),
            422: Answer(
                validation_problem_adapter(), PROBLEM_JSON, "The key is another request's.", methods=_METHODS
            ),
            503: problem_answer("Nothing was done.", _METHODS),
        },
    )


def _again(is_same: bool, outcome: bytes | None) -> Response:
    """Answer a request whose key is taken."""
    if not is_same:
        detail = "The key belongs to another request"
        raise invalid([FieldError("header", f"/{HEADER}", "idempotency_key_reused", detail)])
    if outcome is None:
        raise Problem(409, "The same request is running.", headers={"Retry-After": "1"})
    response = unpacked(outcome)
    if response is None:
        raise Problem(409, "The request was done. Its answer is too long to be given again.")
    return response


def _first(
    run: Callable[[], Response], store: IdempotencyStore, key: str, owner: str, keep: float
) -> Response:
    """Run a request, and keep its answer unless it may be repeated."""
    try:
        response = _answer(run)
    except BaseException:
        _tell_failure(lambda: store.release(key, owner))
        raise
    if response.status_code >= 500 or response.status_code in _TO_BE_REPEATED:
        _tell_failure(lambda: store.release(key, owner))
    else:
        outcome = packed(response)
        _tell_failure(lambda: store.complete(key, owner, outcome, keep))
    return response


def _answer(run: Callable[[], Response]) -> Response:
    """Return the response to an error of the view too, by the app's own handlers."""
    try:
        return run()
    except Refusal:
        raise
    except HTTPException as error:
        if (error.code or 500) >= 500 or error.code in _TO_BE_REPEATED:
            raise
        return current_app.make_response(current_app.handle_user_exception(error))


def _tell_failure(step: Callable[[], None]) -> None:
    """Run *step*; the request is done, whatever becomes of its record."""
    try:
        step()
    except Exception:
        _log.exception(
            "The outcome of an idempotent request cannot be kept. Repetitions are refused for a while."
        )
