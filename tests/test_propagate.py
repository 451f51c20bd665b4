"""`Baseline.propagate`: a request's context in threads and greenlets."""

from __future__ import annotations

import copy
import inspect
import json
import logging
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from dataclasses import dataclass

import pytest
import structlog
from flask import Flask

from flask_baseline import Baseline
from flask_baseline._propagate import context_of

from .lines import lines_of
from .steps import call


def _serve(view: Callable[[], object], request_id: str = "checkout-42") -> None:
    """Answer one request with *view*."""
    app = Flask("shop")
    Baseline(app)
    app.add_url_rule("/", "view", lambda: [view(), "done"][1])
    assert call(app, HTTP_X_REQUEST_ID=request_id).drain() == b"done"


def _log(message: str = "worked") -> None:
    logging.getLogger("worker").info(message)


def _in_thread(function: Callable[[], None]) -> None:
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def _in_pool(function: Callable[[], None]) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(function).result()


@pytest.mark.parametrize("run", [_in_thread, _in_pool], ids=["thread", "pool"])
@pytest.mark.parametrize("is_propagated", [True, False], ids=["propagated", "bare"])
def test_lines_of_a_thread(
    capsys: pytest.CaptureFixture[str], run: Callable[[Callable[[], None]], None], is_propagated: bool
) -> None:
    """A line that a thread writes has the id and the fields of its request if it is propagated."""

    def view() -> None:
        structlog.contextvars.bind_contextvars(user="ada")
        run(Baseline.propagate(_log) if is_propagated else _log)

    _serve(view)
    worked, _access = lines_of(capsys)
    expected = ("checkout-42", "ada") if is_propagated else (None, None)
    assert (worked.get("request_id"), worked.get("user")) == expected


def test_several_times_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """One propagated function may run in several threads at the same time."""
    together = threading.Barrier(3, timeout=30)

    def work(number: int) -> int:
        # What one call binds is its own.
        structlog.contextvars.bind_contextvars(number=number)
        together.wait()
        _log()
        return number

    def view() -> None:
        with ThreadPoolExecutor(3) as pool:
            assert [*pool.map(Baseline.propagate(work), range(3))] == [0, 1, 2]

    _serve(view)
    *lines, access = lines_of(capsys)
    worked = [line for line in lines if line["body"] == "worked"]
    assert sorted(line["number"] for line in worked) == [0, 1, 2]
    assert {line["request_id"] for line in worked} == {"checkout-42"}
    assert "number" not in access


def test_after_the_request(capsys: pytest.CaptureFixture[str]) -> None:
    """Work that outlives its request still names it."""
    left: list[Callable[[], None]] = []
    _serve(lambda: left.append(Baseline.propagate(_log)))
    _in_thread(left[0])
    _access, worked = lines_of(capsys)
    assert worked["request_id"] == "checkout-42"


def test_it_is_the_function_itself_to_its_caller() -> None:
    """Arguments, result, name, documentation and signature are those of the function."""

    def area(width: int, *, height: int = 2) -> int:
        """Return an area."""
        return width * height

    propagated = Baseline.propagate(area)
    assert propagated(3, height=4) == 12
    assert (propagated.__name__, propagated.__doc__) == ("area", "Return an area.")
    assert inspect.signature(propagated) == inspect.signature(area)


def test_outside_of_a_request() -> None:
    """Without a request there is nothing to carry, and nothing in the way."""
    assert Baseline.propagate(lambda: "done")() == "done"


@dataclass(frozen=True)
class FrozenError(Exception):
    """An exception that takes no attributes."""

    code: int


@pytest.mark.parametrize(
    "error", [LookupError("x"), SystemExit(3), FrozenError(7)], ids=["exception", "exit", "frozen"]
)
def test_what_it_raises_comes_out(error: BaseException) -> None:
    """An exception reaches the caller as it was raised."""

    def work() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        Baseline.propagate(work)()
    assert caught.value is error


def test_what_it_raises_goes_to_another_process() -> None:
    """An exception can be pickled and copied, as a pool of processes or a task queue does."""

    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no") as caught:
        Baseline.propagate(fail)()

    for error in (pickle.loads(pickle.dumps(caught.value)), copy.deepcopy(caught.value)):  # noqa: S301
        assert (type(error), error.args) == (ValueError, ("no",))
        assert isinstance(context_of(error), Context)


@pytest.mark.parametrize("is_propagated", [True, False], ids=["propagated", "bare"])
def test_an_uncaught_exception(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, is_propagated: bool
) -> None:
    """What ends a propagated thread is logged with the id of its request."""
    # pytest has one of its own.
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)

    def work() -> None:
        raise LookupError("no stock")

    _serve(lambda: _in_thread(Baseline.propagate(work) if is_propagated else work))
    failed, _access = lines_of(capsys)
    assert failed["exception.type"] == "LookupError"
    assert failed.get("request_id") == ("checkout-42" if is_propagated else None)


def test_one_exception_of_two_requests(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception object that is raised again is logged with the id of the request that raised it last."""
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    error = LookupError("made once")

    def work() -> None:
        raise error

    for request_id in ("first", "second"):
        _serve(lambda: _in_thread(Baseline.propagate(work)), request_id)
    failed = [line["request_id"] for line in lines_of(capsys) if "exception.type" in line]
    assert failed == ["first", "second"]


GEVENT = """
from gevent import monkey
monkey.patch_all()
import logging, gevent
from flask import Flask
from flask_baseline import Baseline

app = Flask("shop")
Baseline(app)

def work(name):
    gevent.sleep(0)
    logging.getLogger("worker").info(name)

@app.get("/")
def view():
    gevent.joinall([gevent.spawn(Baseline.propagate(work), "propagated"), gevent.spawn(work, "bare")])
    return "done"

def get(name):
    app.test_client().get("/", headers={"X-Request-ID": name}, buffered=True)

gevent.joinall([gevent.spawn(get, "first"), gevent.spawn(get, "second")], raise_error=True)
"""


def test_greenlets() -> None:
    """A propagated greenlet of a patched process writes its request's id; one that is not, does not."""
    done = subprocess.run([sys.executable, "-c", GEVENT], capture_output=True, text=True, check=True)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    ids: dict[str, list[str | None]] = {"propagated": [], "bare": [], "http.server.request": []}
    for line in lines:
        ids[line["body"]].append(line.get("request_id"))
    assert {name: sorted(found, key=str) for name, found in ids.items()} == {
        "propagated": ["first", "second"],
        "bare": [None, None],
        "http.server.request": ["first", "second"],
    }
