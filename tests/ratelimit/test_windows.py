"""How a window slides."""

from __future__ import annotations

import pytest

from flask_baseline.ratelimit.memory import MemoryStore
from flask_baseline.ratelimit.texts import Limit, is_limit, limit_of


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# At which second how many requests come, and how many of them are served.
@pytest.mark.parametrize(
    "steps",
    [
        [(0, 4, 4), (0, 1, 0), (59.9, 1, 0)],
        # A quarter of the window later, a quarter of what came in the last one is free again.
        [(0, 4, 4), (61, 2, 1), (76, 2, 1), (91, 2, 1), (106, 2, 1), (119.9, 1, 0)],
        # What came in between counts in full.
        [(0, 2, 2), (30, 3, 2), (61, 1, 1), (61, 1, 0)],
        [(0, 4, 4), (121, 5, 4)],
        [(0, 4, 4), (500, 5, 4)],
        [(0, 1, 1), (59, 3, 3), (90.1, 5, 3)],
    ],
    ids=["one window", "the next", "in the middle", "the next but one", "long after", "late in the first"],
)
def test_a_window(steps: list[tuple[float, int, int]]) -> None:
    """A new window begins with what the last one had, which counts less and less."""
    clock = Clock()
    store, limit = MemoryStore(clock=clock), limit_of("4/minute")

    for at, come, served in steps:
        clock.now = 1000.0 + at
        counts = [store.hit(limit, "view", "client") for _ in range(come)]
        assert sum(not count.is_exceeded for count in counts) == served, f"at {at}"


@pytest.mark.parametrize("before", [0.0, 13.7, 59.0, 61.0, 75.3, 119.0])
@pytest.mark.parametrize("text", ["1/minute", "3/minute", "7/minute", "100/minute"])
def test_reset_is_true(text: str, before: float) -> None:
    """Whoever waits for as long as it was told is served, and not one second too long."""
    clock = Clock()
    store, limit = MemoryStore(clock=clock), limit_of(text)
    store.hit(limit, "view", "client")
    clock.now += before
    while not (count := store.hit(limit, "view", "client")).is_exceeded:
        pass
    refused_at = clock.now

    clock.now = refused_at + count.reset - 1.001
    if count.reset > 1:
        assert store.hit(limit, "view", "client").is_exceeded
    clock.now = refused_at + count.reset + 0.001
    assert not store.hit(limit, "view", "client").is_exceeded


def test_remaining_counts_down() -> None:
    """What remains is what will be served, down to nothing."""
    store, limit = MemoryStore(), limit_of("3/day")

    counts = [store.hit(limit, "view", "client") for _ in range(5)]

    assert [(count.remaining, count.is_exceeded) for count in counts] == [
        (2, False),
        (1, False),
        (0, False),
        (0, True),
        (0, True),
    ]


@pytest.mark.parametrize(
    ("text", "limit", "seconds", "name"),
    [
        ("5/second", Limit(5, 1, "second"), 1, "5/second"),
        ("100/15minute", Limit(100, 15, "minute"), 900, "100/15minute"),
        ("1/1hour", Limit(1, 1, "hour"), 3_600, "1/hour"),
        ("999999999/9999day", Limit(999_999_999, 9_999, "day"), 863_913_600, "999999999/9999day"),
    ],
)
def test_a_limit_as_text(text: str, limit: Limit, seconds: int, name: str) -> None:
    """A limit is an amount and a window of whole seconds, minutes, hours or days."""
    assert limit_of(text) == limit
    assert (limit.seconds, str(limit)) == (seconds, name)


@pytest.mark.parametrize(
    "text",
    ["", "5", "5/", "/second", "5 / second", "5/seconds", "-5/second", "5/0second", "1e3/day", "5/week"],
)
def test_what_is_no_limit(text: str) -> None:
    """Anything else is none."""
    assert not is_limit(text)
    with pytest.raises(ValueError, match="is no limit"):
        limit_of(text)
