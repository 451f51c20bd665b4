"""Sessions in threads, greenlets and async views."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from flask_baseline import Baseline, endpoint
from flask_baseline.database import db

from .shop import Shop, add

ONE = text("SELECT 1")


def _in_thread(function: Callable[[], object]) -> object:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


def test_a_propagated_function(shop: Shop) -> None:
    """It has a session of its own, closed at its end, and the one of the request is as it was."""

    def work() -> Session:
        add("worked")
        db.session.commit()
        db.session.scalar(ONE)
        assert shop.out == 2
        return db.session

    def view() -> str:
        db.session.scalar(ONE)
        theirs = [
            _in_thread(Baseline.propagate(work)),
            Baseline.propagate(db.transactional(lambda: db.session))(),
        ]
        assert shop.out == 1
        assert len({db.session, *theirs}) == 3
        return "done"

    assert shop.get(view).text == "done"
    assert (shop.skus, shop.out) == (["worked"], 0)


def test_many_at_once(shop: Shop) -> None:
    """Several runs at the same time, of one function and inside of each other, have sessions of their own."""
    together = threading.Barrier(3, timeout=30)

    def inner() -> Session:
        return db.session

    def work(_number: int) -> set[Session]:
        db.session.scalar(ONE)
        together.wait()
        return {db.session, Baseline.propagate(inner)()}

    def view() -> str:
        with ThreadPoolExecutor(3) as pool:
            found = [*pool.map(Baseline.propagate(work), range(3))]
        return str(len(set.union(*found)))

    assert (shop.get(view).text, shop.out) == ("6", 0)


def test_one_that_fails(shop: Shop) -> None:
    """What it has not committed is rolled back, also when it raises, and its connection is given back."""

    def work() -> None:
        add("lost")
        db.session.flush()
        raise LookupError("no")

    def view() -> str:
        with pytest.raises(LookupError):
            _in_thread(Baseline.propagate(work))
        return str(shop.out)

    assert (shop.get(view).text, shop.skus) == ("0", [])


def test_a_context_in_one(shop: Shop) -> None:
    """An app context that it opens has another session."""

    def work() -> bool:
        mine = db.session
        with shop.app.app_context():
            return db.session is mine

    assert shop.get(lambda: str(_in_thread(Baseline.propagate(work)))).text == "False"


def test_after_the_request(shop: Shop) -> None:
    """One that outlives its request, or is run by the body of its response, still has a session."""

    def work() -> str:
        return str(db.session.scalar(ONE))

    left: list[Callable[[], str]] = []

    def lines() -> Iterator[str]:
        yield Baseline.propagate(work)()

    def view() -> Iterator[str]:
        left.append(Baseline.propagate(work))
        return lines()

    assert shop.get(view).text == "1"
    assert (_in_thread(left[0]), shop.out) == ("1", 0)


def test_a_bare_thread(shop: Shop) -> None:
    """A thread without a context is told how to get one."""

    def view() -> str:
        with pytest.raises(RuntimeError, match=r"baseline\.propagate\(\)"):
            _in_thread(lambda: db.session)
        return "done"

    assert shop.get(view).text == "done"


async def _store() -> dict[str, str]:
    """Make an item."""
    return {"stored": add("kept").sku}


async def _fail() -> dict[str, str]:
    """Make an item."""
    await _store()
    db.session.flush()
    raise LookupError("no")


@pytest.mark.parametrize(
    ("view", "skus"),
    [
        (db.transactional(_store), ["kept"]),
        (endpoint(db.transactional(_store)), ["kept"]),
        (db.transactional(endpoint(_store)), ["kept"]),
        (db.transactional(_fail), []),
        (endpoint(_store), []),
    ],
    ids=["bare", "below", "above", "fails", "without"],
)
def test_async_views(shop: Shop, view: Callable[[], object], skus: list[str]) -> None:
    """An async view has the session of its request, and commits or rolls back like any other."""
    before: list[Session] = []

    @shop.app.before_request
    def note() -> None:
        before.append(db.session)

    @shop.app.after_request
    def check(response: object) -> object:
        assert db.session is before[0]
        return response

    status = 500 if view.__name__ == "_fail" else 200
    assert shop.get(view).status_code == status  # type: ignore[arg-type]
    assert (shop.skus, shop.out) == (skus, 0)


GEVENT = """
from gevent import monkey
monkey.patch_all()
import sys, gevent
from flask import Flask
from sqlalchemy import text
from flask_baseline import Baseline
from flask_baseline.database import db

app = Flask("shop")
app.config.update(BASELINE_DATABASE_URL=sys.argv[1], BASELINE_LOGGING_ACCESS=False)
app.config.update(BASELINE_DATABASE_POOL_TIMEOUT=60, BASELINE_DATABASE_READY_MIGRATIONS="off")
Baseline(app)

def work():
    return db.session.scalar(text("SELECT pg_backend_pid() FROM pg_sleep(0.01)"))

@app.get("/with")
def view():
    work()
    # While it kept its connection, so many would wait for each other's second one.
    db.session.commit()
    other = gevent.spawn(Baseline.propagate(lambda: [work(), db.session][1]))
    other.join()
    return {"apart": other.get() is not db.session}

@app.get("/without")
def without():
    return {"apart": True}

def get(number):
    answer = app.test_client().get("/with" if number % 2 else "/without")
    return answer.status_code, answer.get_json()["apart"]

found = gevent.joinall([gevent.spawn(get, number) for number in range(200)], raise_error=True)
assert {greenlet.get() for greenlet in found} == {(200, True)}
pool = app.extensions["baseline"].wirings["database"].runtime.engine().pool
print(pool.checkedout(), pool.size() >= pool.checkedin() > 1)
"""


def test_greenlets(postgres_url: str) -> None:
    """Of 200 requests at once in greenlets, half with the database, none fails or keeps a connection."""
    done = subprocess.run(
        [sys.executable, "-c", GEVENT, postgres_url], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.stdout, done.stderr) == ("0 True\n", "")
