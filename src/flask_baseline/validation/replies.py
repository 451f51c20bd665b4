"""Make a response of what a view returns."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Union, get_args, get_origin

from flask import Response, current_app, stream_with_context
from werkzeug.wrappers import Response as BaseResponse

from .._operation import Answer
from .answers import Declared, has_body
from .arguments import core_of, named
from .encoding import encoding_of
from .mistakes import teller

Reply = Callable[[Any], Response]
_Send = Callable[[Any, int], Response]


def replier(view: Callable[..., Any], declared: Declared, etag: Callable[[Any], str] | None) -> Reply:
    """Return the function that makes the response of what *view* returns."""
    senders = {status: _sender(view, status, answer) for status, answer in declared.answers.items()}
    default = declared.status
    undeclared = _undeclared(view, senders)
    is_tuple = any(_takes_tuples(answer.hint) for answer in declared.answers.values())

    def reply(result: Any) -> Response:
        if is_tuple and result.__class__ is tuple and result[:1] and result[0].__class__ is not tuple:
            value, status, headers = result, default, None
        else:
            value, status, headers = _unpacked(result, default)
        if isinstance(value, BaseResponse):
            return current_app.make_response(result)
        response = (senders.get(status) or undeclared)(value, status)
        if headers:
            response.headers.update(headers)
        if etag is not None and value is not None and response.status_code == default:
            response.set_etag(etag(value))
        return response

    return reply


def _sender(view: Callable[..., Any], status: int, answer: Answer) -> _Send:
    if not has_body(status):
        return _send_nothing
    if answer.adapter is None:
        return _send_as_flask if answer.media_type is None else _send_raw(answer.media_type)
    check, encode = encoding_of(view, answer.adapter, answer.hint)
    media_type = answer.media_type
    if answer.is_stream:
        return _send_lines(check, encode, media_type)
    has_headers = hasattr(core_of(answer.hint), "response_headers")

    def send(value: Any, status: int) -> Response:
        value = check(value)
        response = current_app.response_class(encode(value), status, content_type=media_type)
        if has_headers:
            response.headers.extend(value.response_headers())
        return response

    return send


def _send_nothing(_value: Any, status: int) -> Response:
    response = current_app.response_class(status=status)
    del response.headers["Content-Type"]
    return response


def _send_as_flask(value: Any, status: int) -> Response:
    return current_app.make_response((value, status))


def _send_raw(media_type: str) -> _Send:
    def send(value: Any, status: int) -> Response:
        body: Any = _in_context(value) if hasattr(value, "__next__") else value
        return current_app.response_class(body, status, mimetype=media_type)

    return send


def _send_lines(check: Callable[[Any], Any], encode: Callable[[Any], bytes], media_type: str | None) -> _Send:
    def lines(items: Iterable[Any]) -> Iterator[bytes]:
        for item in items:
            yield encode(check(item)) + b"\n"

    def send(value: Any, status: int) -> Response:
        body = _in_context(lines(value))
        return current_app.response_class(body, status, content_type=media_type)

    return send


def _in_context(items: Iterator[bytes]) -> Iterator[bytes]:
    """Return *items* so that they can use the request, which Flask ends before they are read."""
    return stream_with_context(items)


def _undeclared(view: Callable[..., Any], senders: Mapping[int, _Send]) -> _Send:
    tell = teller()

    def send(value: Any, status: int) -> Response:
        tell(
            f"{named(view)} returned the status {status} and declares {', '.join(map(str, senders))}. "
            f"Add it: @endpoint(responses={{{status}: ...}})."
        )
        return current_app.make_response((value, status))

    return send


def _takes_tuples(hint: Any) -> bool:
    """Whether a value of *hint* may be a tuple, so that one is not for Flask to take apart."""
    core = core_of(hint)
    if get_origin(core) in (Union, types.UnionType):
        return any(_takes_tuples(member) for member in get_args(core))
    return core is tuple or get_origin(core) is tuple


def _unpacked(result: Any, default: int) -> tuple[Any, int, Any]:
    """Return the value, the status and the headers of what Flask takes for a response."""
    # Not isinstance: a named tuple is a value.
    if result.__class__ is not tuple:
        return result, default, None
    if len(result) == 3:
        value, status, headers = result
    elif len(result) == 2:
        value, second = result
        is_status = isinstance(second, int | str)
        status, headers = (second, None) if is_status else (default, second)
    else:
        return result, default, None
    return value, int(status[:3]) if isinstance(status, str) else int(status), headers
