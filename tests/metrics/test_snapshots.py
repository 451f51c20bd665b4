"""Snapshots that are not as a worker has left them, and workers that are killed at the worst moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from flask_baseline.metrics.snapshot import load

from .fleet import run

FILES = """
one, two = Worker(globals()), Worker(globals())
one.get(3), two.get(4)
one.do("scrape(app)"), two.do("scrape(app)")
(folder,) = Path(OPTIONS["dir"]).iterdir()
(its,) = folder.glob(f"{one.pid}-*.json")
"""

CORRUPT = {
    "empty": b"",
    "half": b'[["http.server.request.duration","s","histo',
    "no-json": b"\xff\xfe\x00",
    "another-json": b'{"name": 1}',
    "number": b"5",
    "too-few-fields": b'[["a","b"]]',
    "value-is-text": b'[["a","","counter","",[],"",[[[],["x",1]]]]]',
    "value-is-short": b'[["a","","counter","",[],"",[[[],[1]]]]]',
    "buckets-of-another": b'[["a","","histogram","",[1,2],"",[[[],[1,[1,2],{}]]]]]',
    "no-examples": b'[["a","","histogram","",[1],"",[[[],[1,[1,2],7]]]]]',
}


@pytest.mark.parametrize("content", CORRUPT.values(), ids=CORRUPT)
def test_what_is_no_snapshot(content: bytes) -> None:
    """Whatever is not as a worker writes it is one known error."""
    with pytest.raises(ValueError, match="not a snapshot"):
        load(content)


def test_a_corrupt_snapshot(tmp_path: Path) -> None:
    """A snapshot that cannot be read is left out, which is told once, until its worker writes the next."""
    result, errors = run(
        tmp_path,
        f"""{FILES}
its.write_bytes({CORRUPT["value-is-text"]!r})
result = [two.do("value(app, COUNT)") for _ in range(2)]
one.do("scrape(app)")
result.append(two.do("value(app, COUNT)"))
""",
    )
    assert result == [4, 4, 7]
    (line,) = errors.splitlines()
    assert line.startswith("the snapshot ")
    assert line.endswith(".json cannot be read, and is left out")


def test_a_corrupt_snapshot_of_the_dead(tmp_path: Path) -> None:
    """Where the counts of dead workers cannot be read, those of the living are told."""
    result, errors = run(
        tmp_path,
        f"""{FILES}
one.kill()
result = [two.do("value(app, COUNT)")]
(folder / "dead.json").write_bytes(b"5\\n[]")
result += [two.do("value(app, COUNT)") for _ in range(2)]
""",
    )
    assert result == [7, 4, 4]
    assert errors == "the snapshot dead.json cannot be read, and is left out\n"


def test_a_missing_snapshot(tmp_path: Path) -> None:
    """A worker that has written nothing yet, or whose file is gone, counts as nothing."""
    result, errors = run(tmp_path, FILES + "its.unlink()\nresult = two.do('value(app, COUNT)')")
    assert (result, errors) == (4, "")


def test_foreign_files(tmp_path: Path) -> None:
    """Files of somebody else in the folder are left alone."""
    result, errors = run(
        tmp_path,
        FILES
        + """
for name in ("notes.txt", "other.json", "a.part"):
    (folder / name).write_text("hello")
result = [two.do("value(app, COUNT)"), (folder / "notes.txt").exists()]
""",
    )
    assert (result, errors) == ([7, True], "")


# Kills the worker that folds at one of its steps: before or after it writes, removes, and so on.
STEPS = """
import flask_baseline.metrics.shelf as shelf_module

def die_at(step):
    steps = 0
    def counted(function):
        def run(*args, **kwargs):
            nonlocal steps
            result = None
            for part in (lambda: None, lambda: function(*args, **kwargs)):
                steps += 1
                if steps == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                result = part()
            return result
        return run
    for name in ("unlink", "replace", "write_bytes"):
        setattr(shelf_module.Path, name, counted(getattr(shelf_module.Path, name)))
    scrape(app)

workers = [Worker(globals()) for _ in range(STEPS + 2)]
for worker in workers:
    worker.get(10)
    worker.do("scrape(app)")
last = workers.pop()
workers.pop().kill()
totals = set()
for step, worker in enumerate(workers, 1):
    worker.begin(f"die_at({step})")
    try:
        worker.answer()
    except AssertionError:
        pass
    totals.add(last.do("value(app, COUNT)"))
result = [sorted(totals), len(workers)]
"""


def test_killed_while_it_folds(tmp_path: Path) -> None:
    """Whenever a worker is killed while it folds dead ones, each of them is counted exactly once."""
    result, _ = run(tmp_path, f"STEPS = 22\n{STEPS}")
    totals, count = result
    assert totals == [(count + 2) * 10]


def test_buckets_that_have_changed(tmp_path: Path) -> None:
    """Workers before and after a change of the buckets are one, in those that both have."""
    result, errors = run(
        tmp_path,
        """
OLD, NEW = (0.1, 1.0, 10.0, 30.0), (0.1, 0.5, 10.0)
workers = []
for buckets in (OLD, NEW):
    from flask_baseline.metrics import folder
    folder._made.clear()
    app = make_app(**{**OPTIONS, "buckets": buckets})
    app.add_url_rule("/", view_func=lambda: "ok")
    workers.append(Worker({**globals(), "app": app}))
for worker in workers:
    worker.get(2)
    worker.do("scrape(app)")
buckets = workers[1].do("values(app, f'{DURATION}_bucket', without=('http_request_method', 'http_route', "
                        "'http_response_status_code', 'network_protocol_version', 'url_scheme'))")
strict = workers[1].do("len(read(scrape(app, OPENMETRICS)))")
result = [buckets, workers[1].do("value(app, COUNT)"), strict > 0]
""",
    )
    assert result == [{"0.1": 4, "10.0": 4, "+Inf": 4}, 4, True]
    assert errors == ""


def test_a_full_disk(tmp_path: Path) -> None:
    """Where a worker cannot write, its page is an error, the app answers, and all is well again later."""
    result, errors = run(
        tmp_path,
        """
def fail(*_):
    raise OSError(28, "No space left on device")
one = Worker(globals())
one.get(3)
one.do("setattr(Path, 'kept', Path.write_bytes)")
one.do("setattr(Path, 'write_bytes', fail)")
result = one.do("[ask(app, '/metrics').status_code, ask(app).status_code]")
one.do("setattr(Path, 'write_bytes', Path.kept)")
result.append(one.do("value(app, COUNT)"))
""",
    )
    assert result == [500, 200, 4]
    assert "the metrics cannot be read" in errors
    assert "No space left on device" in errors
