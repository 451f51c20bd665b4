"""The folder where workers share: whose it is, what may be in it, and when it goes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from .fleet import run

ALONE = (
    "the workers cannot share their metrics, so that each answers for itself: {reason}. "
    "Fix: set BASELINE_METRICS_DIR to a local folder that the service can write.\n"
)

TWO = """
one, two = Worker(globals()), Worker(globals())
one.get(3), two.get(4)
one.do("scrape(app)")
result = [two.do("value(app, COUNT)")]
"""

# Where the workers of a server without a folder of its own share.
HOME = """
from flask_baseline.metrics import folder
folder._SHARED_MEMORY = Path(os.environ["SHARED"])
home = folder._SHARED_MEMORY / f"flask-baseline-{os.geteuid()}"
"""


def _run_at_home(folder: Path, program: str) -> tuple[list[float], str]:
    return run(folder, HOME + TWO + program, dir=None, env={"SHARED": str(folder)})


def test_nobody_else_can_look(tmp_path: Path) -> None:
    """All that is made is for the service's user alone."""
    result, _ = _run_at_home(
        tmp_path,
        """
result.append([[path.relative_to(home).as_posix().count("/"), path.stat().st_mode & 0o777]
               for path in home.rglob("*") if path.is_dir()])
""",
    )
    assert result == [7, [[0, 0o700]]]
    (home,) = tmp_path.iterdir()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_without_shared_memory(tmp_path: Path) -> None:
    """Where there is no memory to share, the folder for temporary files is used."""
    (tmp_path / "tmp").mkdir()
    result, errors = run(
        tmp_path, HOME + TWO, dir=None, env={"SHARED": str(tmp_path / "no"), "TMPDIR": str(tmp_path / "tmp")}
    )
    assert (result, errors) == ([7], "")
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == [f"flask-baseline-{os.geteuid()}"]


def _foreign(path: Path) -> None:
    path.mkdir(mode=0o700)
    os.chown(path, 12345, 12345)


def _open_to_all(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


def _link(path: Path) -> None:
    real = path.parent / "real"
    real.mkdir(mode=0o700)
    path.symlink_to(real)


NOT_OURS = {"of-others": _foreign, "open-to-all": _open_to_all, "link": _link, "file": Path.touch}


@pytest.mark.parametrize("make", NOT_OURS.values(), ids=NOT_OURS)
def test_a_folder_of_somebody_else(tmp_path: Path, make: object) -> None:
    """A folder that somebody else has put there is refused: each worker answers for itself, and says so."""
    home = tmp_path / f"flask-baseline-{os.geteuid()}"
    make(home)  # type: ignore[operator]
    result, errors = _run_at_home(tmp_path, "")
    assert result == [4]
    assert errors == ALONE.format(reason=f"{home} is not a folder of this user alone") * 2


def test_a_given_folder_with_something_of_somebody_else(tmp_path: Path) -> None:
    """In a given folder too the workers' own is refused where somebody else has made it."""
    run(tmp_path, TWO)
    (shared,) = tmp_path.iterdir()
    shared.chmod(0o777)
    result, errors = run(tmp_path, TWO)
    assert result == [4]
    assert errors == ALONE.format(reason=f"{shared} is not a folder of this user alone") * 2


def test_a_given_folder_that_is_a_file(tmp_path: Path) -> None:
    """A folder that cannot be made is told."""
    (tmp_path / "file").touch()
    result, errors = run(tmp_path, TWO, dir=str(tmp_path / "file" / "deep"))
    assert result == [4]
    assert errors.count("the workers cannot share their metrics") == 2


def test_a_given_folder_that_is_not_there(tmp_path: Path) -> None:
    """A given folder is made, and those above it."""
    result, errors = run(tmp_path, TWO, dir=str(tmp_path / "deep" / "er"))
    assert (result, errors) == ([7], "")


def test_processes_without_a_master(tmp_path: Path) -> None:
    """Processes that were started one by one share a given folder."""
    result, _ = run(
        tmp_path,
        """
import subprocess
ask(app), ask(app), scrape(app)
result = [value(app, COUNT)]
if "SECOND" not in os.environ:
    text = Path("/proc/self/cmdline").read_bytes().split(b"\\0")[-2].decode()
    env = {**os.environ, "SECOND": "1"}
    second = subprocess.run([sys.executable, "-W", "ignore", "-c", text], env=env, capture_output=True)
    result += json.loads(second.stdout) + [value(app, COUNT)]
""",
    )
    assert result == [2, 4, 4]


def test_a_new_server_begins_at_zero(tmp_path: Path) -> None:
    """What a server has left in a given folder is not the next one's."""
    results = [run(tmp_path, TWO)[0] for _ in range(2)]
    assert results == [[7], [7]]


def test_old_folders_go(tmp_path: Path) -> None:
    """A server removes the folders of those that are gone, and nothing else."""
    _run_at_home(tmp_path, "")
    (home,) = tmp_path.iterdir()
    (old,) = home.iterdir()
    strange = home / "notes"
    strange.mkdir()
    _run_at_home(tmp_path, "")
    left = set(home.iterdir())
    assert old not in left
    assert strange in left
    assert len(left) == 2


def test_folders_of_living_servers_stay(tmp_path: Path) -> None:
    """A server leaves those of others that run, also where only a worker is left of them."""
    result, _ = _run_at_home(
        tmp_path,
        """
import subprocess
text = Path("/proc/self/cmdline").read_bytes().split(b"\\0")[-2].decode()
if "SECOND" not in os.environ:
    before = {path.name for path in home.iterdir()}
    # As if the master were gone, and its worker not.
    for path in home.iterdir(): path.rename(home / ("999999999-1" + path.name[-13:]))
    env = {**os.environ, "SECOND": "1"}
    subprocess.run([sys.executable, "-W", "ignore", "-c", text], env=env, capture_output=True, check=True)
    result.append(len([path for path in home.iterdir() if path.name.startswith("999999999")]))
""",
    )
    assert result == [7, 1]


def test_two_apps_of_one_name(tmp_path: Path) -> None:
    """Two apps of one name in each worker are two, as they were made in the same order."""
    result, _ = run(
        tmp_path,
        """
first, second = app, make_app(**OPTIONS)
one, two = Worker(globals()), Worker(globals())
for worker in (one, two):
    worker.do("[ask(first), ask(second), ask(second), scrape(first), scrape(second)] and 0")
result = [one.do("[value(first, COUNT), value(second, COUNT)]")]
""",
    )
    assert result == [[2, 4]]


def test_a_folder_that_is_cleaned_away(tmp_path: Path) -> None:
    """Workers whose folder somebody removes take their places again."""
    result, errors = run(
        tmp_path,
        """
import shutil
one, two = Worker(globals()), Worker(globals())
one.get(3), two.get(4)
one.do("scrape(app)"), two.do("scrape(app)")
shutil.rmtree(Path(OPTIONS["dir"]))
one.do("scrape(app)")
result = [worker.do("value(app, COUNT)") for worker in (two, one)]
one.kill()
result.append(two.do("value(app, COUNT)"))
""",
        dir=str(tmp_path / "given"),
    )
    assert (result, errors) == ([7, 7, 7], "")


def test_a_home_that_is_cleaned_away(tmp_path: Path) -> None:
    """The folder of all servers is made again for this user alone."""
    result, errors = _run_at_home(
        tmp_path,
        """
import shutil
shutil.rmtree(home)
two.do("scrape(app)")
result += [one.do("value(app, COUNT)"), home.stat().st_mode & 0o777]
""",
    )
    assert (result, errors) == ([7, 7, 0o700], "")


def test_a_system_without_locks(tmp_path: Path) -> None:
    """Where files cannot be locked each worker answers for itself."""
    result, errors = run(
        tmp_path, "from flask_baseline.metrics import sharing\nsharing.IS_SUPPORTED = False\n" + TWO
    )
    assert (result, errors) == ([4], "")


WITHOUT_PROC = """
from flask_baseline.metrics import server
server._program = server._command = lambda _: None
server._stat = lambda _: []
"""


def test_a_system_that_shows_no_processes(tmp_path: Path) -> None:
    """Where the system shows no processes workers still find each other, and old folders go."""
    env = {"SHARED": str(tmp_path)}
    for _ in range(2):
        result, errors = run(
            tmp_path,
            WITHOUT_PROC + HOME + TWO + "result += [folder.name.split('-')[1] for folder in home.iterdir()]",
            dir=None,
            env=env,
        )
        assert (result, errors) == ([7, "0"], "")
