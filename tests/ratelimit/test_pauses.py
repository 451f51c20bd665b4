"""How a store is left alone that fails."""

from __future__ import annotations

import threading

import pytest

from flask_baseline._tallies import RATE_FAILURES, Tallies
from flask_baseline.ratelimit.counting import Counter, StoreDownError
from flask_baseline.ratelimit.store import Count
from flask_baseline.ratelimit.texts import Limit, limit_of

HOUR = limit_of("1/hour")


class Faulty:
    """A store that fails as long as it is told to."""

    def __init__(self) -> None:
        self.is_broken, self.asked = True, 0

    def hit(self, limit: Limit, what: str, who: str) -> Count:
        self.asked += 1
        if self.is_broken:
            raise OSError("at redis://:hunter2@store")
        return Count(limit, False, 1, 1)

    def check(self) -> None:
        raise NotImplementedError


def test_pauses(caplog: pytest.LogCaptureFixture) -> None:
    """A store that fails is asked every 5 seconds, and the log is told once a minute."""
    now, store, tallies = [0.0], Faulty(), Tallies()
    counter = Counter(store, tallies, "open", lambda: now[0])

    for second in range(121):
        now[0] = float(second)
        for _ in range(3):
            with pytest.raises(StoreDownError):
                counter.count([(HOUR, "view", "client")])

    assert store.asked == 1 + 120 // 5
    assert len(caplog.records) == 3
    assert tallies.of(RATE_FAILURES) == {"store": 3 * 121}

    store.is_broken = False
    now[0] = 126.0
    assert not counter.count([(HOUR, "view", "client")])[0].is_exceeded
    assert not counter.count([(HOUR, "view", "client")])[0].is_exceeded


def test_one_finds_out() -> None:
    """After a pause one request asks, and those that come meanwhile do not wait for it."""
    now, tallies = [0.0], Tallies()
    asking, go_on = threading.Event(), threading.Event()

    class Slow(Faulty):
        def hit(self, limit: Limit, what: str, who: str) -> Count:
            if self.asked:
                asking.set()
                assert go_on.wait(30)
            return super().hit(limit, what, who)

    counter = Counter(Slow(), tallies, "open", lambda: now[0])
    hit = [(HOUR, "view", "client")]
    with pytest.raises(StoreDownError):
        counter.count(hit)
    now[0] = 6.0
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(_failure(counter)))
    thread.start()
    assert asking.wait(30)

    with pytest.raises(StoreDownError):
        counter.count(hit)
    assert found == []

    go_on.set()
    thread.join(30)
    assert found == [True]


def _failure(counter: Counter) -> bool:
    try:
        counter.count([(HOUR, "view", "client")])
    except StoreDownError:
        return True
    return False
