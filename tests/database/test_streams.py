"""Sessions of responses that are made while they are sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Response, send_file, stream_with_context
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from flask_baseline.database import db
from tests.steps import Call, call

from .shop import Shop

View = Callable[[], ResponseReturnValue]


def _numbers(session: object = None) -> Iterator[str]:
    """Yield three numbers, each from the database, with the session of the view or with one of its own."""
    for number in range(3):
        yield str((session or db.session).scalar(text(f"SELECT {number}")))  # type: ignore[attr-defined]


def _captured() -> ResponseReturnValue:
    db.session.scalar(text("SELECT 1"))
    return _numbers(db.session)


def _with_length() -> ResponseReturnValue:
    return Response(_numbers(db.session), headers={"Content-Length": "3"})


def _half(session: object = None) -> Iterator[str]:
    yield next(_numbers(session))
    raise LookupError("half-way")


WAYS = {
    "captured": _captured,
    "without-context": lambda: _numbers(),
    "with-context": lambda: stream_with_context(_numbers()),
    "used-before": lambda: stream_with_context(_numbers(db.session)),
    "length": _with_length,
}
each_way = pytest.mark.parametrize("view", WAYS.values(), ids=WAYS)


def _begin(shop: Shop, view: View, method: str = "GET") -> Call:
    shop.app.view_functions["view"] = view
    return call(shop.app, method=method)


@each_way
def test_to_the_end(shop: Shop, view: View) -> None:
    """A body reads from the database to its last byte, and its connection is given back when it is closed."""
    assert _begin(shop, view).drain() == b"012"
    assert shop.out == 0


@each_way
def test_the_client_goes_away(shop: Shop, view: View) -> None:
    """A body that is closed half-way has one connection until then, and none after."""
    body = _begin(shop, view)
    assert next(iter(body.body)) == b"0"
    assert shop.out == 1
    body.close()
    assert shop.out == 0


@each_way
def test_it_is_never_read(shop: Shop, view: View) -> None:
    """A body that is closed before its first byte leaves no connection out."""
    _begin(shop, view).close()
    assert shop.out == 0


@each_way
def test_head(shop: Shop, view: View) -> None:
    """The answer to a HEAD has no body, and keeps no connection although nobody has closed it."""
    answer = _begin(shop, view, "HEAD")
    assert shop.out == 0
    answer.close()
    assert shop.out == 0


@pytest.mark.parametrize(
    "view",
    [lambda: _half(), lambda: _half(db.session), lambda: stream_with_context(_half())],
    ids=["without-context", "captured", "with-context"],
)
def test_an_error_half_way(shop: Shop, view: View) -> None:
    """A body that raises leaves no connection out."""
    body = _begin(shop, view)
    with pytest.raises(LookupError, match="half-way"):
        body.drain()
    assert shop.out == 0


def test_it_is_the_session_of_the_view(shop: Shop) -> None:
    """A body in the context of its view goes on with the session, the connection and the objects of that."""
    found: list[bool] = []

    def view() -> ResponseReturnValue:
        session = db.session
        session.scalar(text("SELECT 1"))

        def lines() -> Iterator[str]:
            found.extend([db.session is session, shop.out == 1])
            yield str(db.session.scalar(text("SELECT 2")))
            found.append(shop.out == 1)

        return stream_with_context(lines())

    assert _begin(shop, view).drain() == b"2"
    assert (found, shop.out) == ([True, True, True], 0)


def test_what_a_body_changes(shop: Shop) -> None:
    """A body may commit what it does."""

    def lines() -> Iterator[str]:
        with db.transaction() as session:
            session.execute(text("UPDATE shop_items SET stock = 0"))
        yield "done"

    assert _begin(shop, lambda: stream_with_context(lines())).drain() == b"done"
    assert shop.out == 0


@pytest.mark.parametrize("is_wrapped", [True, False], ids=["by-server", "by-us"])
def test_a_file(shop: Shop, tmp_path: Path, is_wrapped: bool) -> None:
    """A file that is sent keeps no connection while it is."""
    (tmp_path / "file").write_bytes(b"012")

    def view() -> ResponseReturnValue:
        db.session.scalar(text("SELECT 1"))
        return send_file(tmp_path / "file") if is_wrapped else send_file(BytesIO(b"012"), "text/plain")

    answer = _begin(shop, view)
    assert shop.out == 0
    assert answer.drain() == b"012"


def test_a_context_in_a_body(shop: Shop) -> None:
    """An app context that a body opens gives its connection back at its own end."""
    out: list[int] = []

    def lines() -> Iterator[str]:
        for _ in range(3):
            with shop.app.app_context():
                yield str(db.session.scalar(text("SELECT 1")))
            out.append(shop.out)

    assert _begin(shop, lambda: lines()).drain() == b"111"
    assert out == [0, 0, 0]
