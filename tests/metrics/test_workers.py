"""Several workers, any of which answers for all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from .fleet import run


def test_any_worker_answers_for_all(tmp_path: Path) -> None:
    """Whichever worker is asked, it tells what all have counted until then."""
    result, _ = run(
        tmp_path,
        """
one, two, three = (Worker(globals()) for _ in range(3))
one.get(3), two.get(5), three.get(7)
one.do("placed.add(2, {'channel': 'web'})")
two.do("placed.add(3, {'channel': 'web'})")
for worker in (one, two, three):
    worker.do("scrape(app)")
result = [worker.do("[value(app, COUNT), value(app, 'orders_total')]") for worker in (one, two, three)]
""",
    )
    assert result == [[15, 5]] * 3


def test_workers_are_counted(tmp_path: Path) -> None:
    """The page says how many workers serve, and how many have begun to."""
    result, _ = run(
        tmp_path,
        """
one, two, three = (Worker(globals()) for _ in range(3))
numbers = "[value(app, 'baseline_workers'), value(app, 'baseline_worker_starts_total')]"
one.get(), two.get()
result = [[two.do(numbers), one.do(numbers)][1]]
two.stop()
result.append(one.do(numbers))
three.get()
result.append([three.do(numbers), one.do(numbers)][1])
""",
    )
    # One that has served nothing yet is none.
    assert result == [[2, 2], [1, 2], [2, 3]]


def test_totals_never_fall(tmp_path: Path) -> None:
    """While all workers count and are asked at the same time, no answer is lower than one before it."""
    result, _ = run(
        tmp_path,
        """
def work(count):
    threads = [threading.Thread(target=lambda: [ask(app) for _ in range(count)]) for _ in range(2)]
    for thread in threads: thread.start()
    seen = []
    while any(thread.is_alive() for thread in threads):
        begun = time.monotonic()
        total = value(app, COUNT)
        seen.append((begun, time.monotonic(), total))
    return seen

workers = [Worker(globals()) for _ in range(3)]
for worker in workers: worker.get()
for worker in workers: worker.begin("work(150)")
seen = [answer for worker in workers for answer in worker.answer()]
falls = [(a, b) for a in seen for b in seen if a[1] < b[0] and a[2] > b[2]]
result = [falls, len(seen) > 3, [worker.do("value(app, COUNT)") for worker in workers][-1]]
""",
        interval=0.1,
    )
    assert result == [[], True, 903]


def test_two_scrapes_at_once(tmp_path: Path) -> None:
    """Two threads of one worker that are asked at the same time both answer."""
    result, _ = run(
        tmp_path,
        """
from concurrent.futures import ThreadPoolExecutor
def both():
    with ThreadPoolExecutor(4) as pool:
        return [*pool.map(lambda _: value(app, COUNT), range(8))]
one, two = Worker(globals()), Worker(globals())
one.get(3), two.get(4)
two.do("scrape(app)")
result = one.do("both()")
""",
    )
    assert result == [7] * 8


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_dead_workers_are_counted_once(tmp_path: Path, end: str) -> None:
    """What a worker has counted stays when it is gone, once, however often and whoever is asked."""
    result, _ = run(
        tmp_path,
        f"""
workers = [Worker(globals()) for _ in range(5)]
for worker in workers:
    worker.get(10)
    worker.do("scrape(app)")
first, last, *others = workers
totals = [first.do("value(app, COUNT)")]
for worker in others:
    worker.{end}()
    totals += [first.do("value(app, COUNT)"), last.do("value(app, COUNT)")]
first.{end}()
totals.append(last.do("value(app, COUNT)"))
late = Worker(globals())
late.get(5)
totals.append(late.do("value(app, COUNT)"))
files = sorted(path.suffix for path in Path(OPTIONS["dir"]).glob("*/*.*"))
result = [totals, files]
""",
    )
    totals, files = result
    assert totals == [50] * 8 + [55]
    # Those of the two that live, and one for all dead.
    assert files == [".json", ".json", ".json", ".lock", ".lock"]


def test_what_a_stopped_worker_counted_last(tmp_path: Path) -> None:
    """A worker that ends in order loses nothing, although its interval is not over."""
    result, _ = run(
        tmp_path,
        """
one, two = Worker(globals()), Worker(globals())
two.get(), one.get(40)
one.stop()
result = two.do("value(app, COUNT)")
""",
    )
    assert result == 41


def test_what_a_killed_worker_counted(tmp_path: Path) -> None:
    """A worker that is killed has told what it had counted an interval ago."""
    result, _ = run(
        tmp_path,
        """
one, two = Worker(globals()), Worker(globals())
two.get(), one.get(40)
deadline = time.monotonic() + 30
while two.do("value(app, COUNT)") < 41:
    assert time.monotonic() < deadline
one.kill()
result = two.do("value(app, COUNT)")
""",
        interval=0.1,
    )
    assert result == 41


def test_exemplars_of_all(tmp_path: Path) -> None:
    """A bucket has the last example of all workers, dead ones too."""
    result, _ = run(
        tmp_path,
        """
app = make_app(features=("tracing", "metrics"), **OPTIONS)
app.add_url_rule("/", view_func=lambda: "ok")
traced = "ask(app, headers={'traceparent': '00-%s-%s-01'}).status_code"
one, two, three = (Worker(globals()) for _ in range(3))
for number, worker in enumerate((one, two), 1):
    worker.do(traced % (str(number) * 32, "a" * 16))
    worker.do("scrape(app)")
three.do("scrape(app)")
two.kill()
known = "sorted({s.exemplar.labels['trace_id'] for s in read(scrape(app, OPENMETRICS)) if s.exemplar})"
result = three.do(known)
""",
        buckets=(60.0,),
    )
    assert result == ["2" * 32]


def test_a_view_that_forks(tmp_path: Path) -> None:
    """A child of a view that answers as well counts nothing of its parent's, and is no part of it."""
    result, _ = run(
        tmp_path,
        """
app = make_app(**OPTIONS)
@app.get("/fork")
def fork():
    child = os.fork()
    if child: os.waitpid(child, 0)
    return str(child)
def ask_fork():
    if ask(app, "/fork").text == "0":
        os._exit(0)
    return [value(app, "http_server_active_requests"), value(app, COUNT), value(app, "baseline_workers")]
one = Worker(globals())
result = one.do("ask_fork()")
""",
    )
    assert result == [0, 1, 1]


def test_a_child_does_not_keep_its_parent_alive(tmp_path: Path) -> None:
    """A worker whose child lives on is dead all the same: its gauges go and its counts stay."""
    result, _ = run(
        tmp_path,
        """
one, two = Worker(globals()), Worker(globals())
one.get(5), two.get()
one.do("stock.add(3)")
one.do("scrape(app)")
child = one.do("os.fork() or time.sleep(30) or os._exit(0)")
one.kill()
result = two.do("[value(app, COUNT), value(app, 'baseline_workers'), sum(values(app, 'stock').values())]")
os.kill(child, signal.SIGKILL)
""",
    )
    assert result == [6, 1, 0]


def test_a_fork_in_the_middle_of_a_scrape(tmp_path: Path) -> None:
    """A child that is forked while another thread answers a scrape does not hold all others up."""
    result, _ = run(
        tmp_path,
        """
from flask_baseline.metrics.locks import Lock
lock = Lock(Path(OPTIONS["dir"]) / "turn")
with lock.held(wait=True):
    child = os.fork() or time.sleep(30) or os._exit(0)
with Lock(lock.path).held(wait=False) as result: pass
os.kill(child, signal.SIGKILL)
""",
    )
    assert result is True


def test_a_master_that_cannot_be_looked_into(tmp_path: Path) -> None:
    """Workers that have fewer rights than their master find each other by its command and group."""
    result, errors = run(
        tmp_path,
        """
from flask_baseline.metrics import folder, server
server._program, folder._SHARED_MEMORY = lambda _: None, Path(os.environ["SHARED"])
one, two = Worker(globals()), Worker(globals())
one.get(3), two.get(4)
one.do("scrape(app)")
result = two.do("value(app, COUNT)")
""",
        dir=None,
        env={"SHARED": str(tmp_path)},
    )
    assert (result, errors) == (7, "")
