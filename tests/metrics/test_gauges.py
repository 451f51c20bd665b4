"""What several workers have, and not what they have counted: gauges and up-down counters."""

from __future__ import annotations

from pathlib import Path

import pytest

from .fleet import run

SET = """
one, two, three = (Worker(globals()) for _ in range(3))
def set_in(worker, number):
    worker.do(f"room.set({number})")
    # The next may be asked in the same tick of the clock.
    worker.do("scrape(app)")
    time.sleep(0.002)
set_in(one, 5), set_in(two, 9), set_in(three, 2)
room_now = "sum(values(app, 'room').values())"
result = [worker.do(room_now) for worker in (one, two, three)]
"""


@pytest.mark.parametrize(
    ("mode", "amount"), [(None, 2), ("last", 2), ("sum", 16), ("max", 9), ("min", 2)], ids=str
)
def test_modes(tmp_path: Path, mode: str | None, amount: float) -> None:
    """A gauge of several workers is what its declared mode says, whoever is asked."""
    gauges = {} if mode is None else {"nothing": "sum", "ro*": mode, "*": "sum"}
    result, _ = run(tmp_path, SET, gauges=gauges)
    assert result == [amount] * 3


def test_the_last_is_the_one_that_changed_last(tmp_path: Path) -> None:
    """The last value of a gauge is not that of the worker that was looked at last."""
    result, _ = run(
        tmp_path,
        SET
        + """
set_in(one, 6)
result = [worker.do(room_now) for worker in (one, two, three, one)]
two.do("room.set(7)")
result += [worker.do(room_now) for worker in (two, one, three)]
""",
    )
    assert result == [6, 6, 6, 6, 7, 7, 7]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_those_of_the_dead_are_gone(tmp_path: Path, end: str) -> None:
    """What a worker had in its gauges and up-down counters goes with it; what it has counted stays."""
    result, _ = run(
        tmp_path,
        f"""
one, two = Worker(globals()), Worker(globals())
for worker in (one, two):
    worker.get()
    worker.do("[stock.add(3), placed.add(2), room.set(os.getpid()), weight.record(1)]")
    worker.do("scrape(app)")
now = "[value(app, name) for name in ('stock', 'orders_total', 'weight_count', 'room')]"
before = one.do(now)
two.{end}()
after = one.do(now)
result = [before[:3], after[:3], after[3] == one.pid]
""",
    )
    assert result == [[6, 4, 2], [3, 4, 2], True]


def test_observable_gauges(tmp_path: Path) -> None:
    """A gauge with a callback has a mode too."""
    result, _ = run(
        tmp_path,
        """
numbers = {}
meter.create_observable_gauge("queue.length", [lambda _: [Observation(numbers.get("length", 0))]])
one, two = Worker(globals()), Worker(globals())
for number, worker in ((4, one), (7, two)):
    worker.do(f"numbers.update(length={number})")
    worker.do("scrape(app)")
result = [worker.do("value(app, 'queue_length')") for worker in (one, two)]
""",
        gauges={"queue.*": "sum"},
    )
    assert result == [11, 11]


def test_up_down_counters_are_added_up(tmp_path: Path) -> None:
    """An up-down counter is the sum of what all living workers have."""
    result, _ = run(
        tmp_path,
        """
one, two = Worker(globals()), Worker(globals())
one.do("stock.add(10)"), two.do("stock.add(-4)")
one.do("scrape(app)")
result = two.do("value(app, 'stock')")
""",
    )
    assert result == 6
