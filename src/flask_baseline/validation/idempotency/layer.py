"""Answer a request that is sent again with what it was answered, and run it no second time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache, wraps
from os import getpid
from secrets import token_hex
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from ..._operation import PROBLEM_JSON, Answer, HeaderNote
from ..._problem_schema import validation_problem_adapter
from ..._runtime import runtime_of
from ...problems import Problem
from ..arguments import named
from ..errors import FieldError, Refusal, invalid, malformed
from ..layer import Layer, Run, problem_answer
from ..mistakes import teller
from .identity import HEADER, PATTERN, fingerprint_of, key_of
from .memory import MemoryStore
from .outcome import packed, unpacked
from .store import LEASE_SECONDS, IdempotencyStore

_log = logging.getLogger("flask_baseline.validation")

_METHODS = frozenset({"POST", "PATCH", "PUT", "DELETE"})
_KEEP_SECONDS = 86_400
_OWN_STORE = "baseline_idempotency"

# They say that nothing was done, and that the same request may succeed later.
_TO_BE_REPEATED = frozenset({408, 409, 412, 423, 425, 428, 429})


def idempotency_layer(view: Callable[..., Any], caller: Callable[[], str] | None) -> Layer:
    """Return the layer that runs a request once per ``Idempotency-Key``.

    Args:
        view: the function, to be named in messages.
        caller: returns who sends a request; None takes the ``Authorization`` header for that.
    """
    tell = teller()

    def wrap(run: Run) -> Run:
        @wraps(run)
        def once(*args: Any, **kwargs: Any) -> Response:
            if request.method not in _METHODS:
                return run(*args, **kwargs)
            if caller is None and "Cookie" in request.headers and "Authorization" not in request.headers:
                # It may be a session's. Taken for one caller, two users could get each other's answers.
                tell(
                    f"{named(view)} is idempotent and was called with a cookie and no Authorization. Say who "
                    "calls: @endpoint(idempotent=lambda: str(current_user.id)), or lambda: '' for anybody."
                )
                raise malformed("A cookie does not tell who calls. Send Authorization.")
            key, fingerprint, owner = key_of(request, caller), fingerprint_of(request), token_hex(16)
            store, keep = _store_of(current_app._get_current_object())  # type: ignore[attr-defined]
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


def _store_of(app: Flask) -> tuple[IdempotencyStore, float]:
    """Return where *app* keeps outcomes, and for how many seconds."""
    runtime = runtime_of(app, "validation")
    if runtime is None:
        # Two apps may share a view, and must not share what it answered.
        return app.extensions.setdefault(_OWN_STORE, MemoryStore()), _KEEP_SECONDS
    store = runtime.idempotency_store
    if isinstance(store, MemoryStore) and app.extensions["baseline"].setup.profile == "prod":
        _warn_of_memory(getpid())
    return store, runtime.idempotency_seconds


@cache
def _warn_of_memory(_pid: int) -> None:
    """Log once in each process, forked ones too."""
    _log.warning(
        "Idempotency keys are in the memory of this process: a repetition that another worker gets runs "
        "again. Set BASELINE_VALIDATION_IDEMPOTENCY_STORE."
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
        # Here too a view may fail, where its body is made as it is read.
        outcome = None if _may_be_repeated(response.status_code) else packed(response)
    except BaseException:
        _tell_failure(lambda: store.release(key, owner))
        raise
    if outcome is None:
        _tell_failure(lambda: store.release(key, owner))
    else:
        _tell_failure(lambda: store.complete(key, owner, outcome, keep))
    return response


def _may_be_repeated(status: int) -> bool:
    return status >= 500 or status in _TO_BE_REPEATED


def _answer(run: Callable[[], Response]) -> Response:
    """Return the response to an error of the view too, by the app's own handlers."""
    try:
        return run()
    except Refusal:
        raise
    except HTTPException as error:
        # What `abort` was given may be a whole response.
        status = error.code if error.response is None else error.response.status_code
        if _may_be_repeated(status or 500):
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
