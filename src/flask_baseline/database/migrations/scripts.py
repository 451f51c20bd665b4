"""The folder of migrations, and Alembic's configuration for it."""

from __future__ import annotations

import sys
from argparse import Namespace
from importlib.resources import files
from pathlib import Path

from alembic.config import Config

from ...errors import BaselineError

_TEMPLATES = {"env.py": "env.py.txt", "script.py.mako": "script.py.mako"}
# By date in a listing, and two of one minute do not clash.
_FILE = "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(rev)s_%%(slug)s"


def write_missing(folder: Path) -> dict[Path, bool]:
    """Make the folder and the files that are not there; return all of them, each with whether it is new.

    Raises:
        BaselineError: they cannot be written.
    """
    source = files("flask_baseline.database.migrations").joinpath("templates")
    written: dict[Path, bool] = {}
    try:
        (folder / "versions").mkdir(parents=True, exist_ok=True)
        for name, template in _TEMPLATES.items():
            text = source.joinpath(template).read_text("utf-8")
            written[folder / name] = _write_new(folder / name, text)
        # Git keeps no empty folder.
        keep = folder / "versions" / ".gitkeep"
        if not any(keep.parent.iterdir()):
            written[keep] = _write_new(keep, "")
    except OSError as error:
        raise BaselineError(f"{folder} cannot be written: {error.strerror}.") from None
    return written


def _write_new(path: Path, text: str) -> bool:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def config_of(folder: Path, *, quiet: bool = False) -> Config:
    """Return Alembic's configuration for *folder*. No ``alembic.ini`` is read.

    Args:
        folder: of the migrations of one database.
        quiet: whether Alembic prints nothing itself.

    Raises:
        BaselineError: there are no migrations, or their ``env.py`` does not use ours.
    """
    command = "flask baseline db init"
    env = folder / "env.py"
    if not env.is_file():
        raise BaselineError(
            f"{env} is not there. Fix: make it with {command}, or set BASELINE_DATABASE_MIGRATIONS."
        )
    text = env.read_text("utf-8", "replace")
    if "flask_baseline" not in text:
        whose = "of Flask-Migrate" if "extensions['migrate']" in text.replace('"', "'") else "not ours"
        raise BaselineError(
            f"{env} is {whose}, and takes no lock. Fix: move it away and run {command}, which writes a new "
            "one and leaves all revisions as they are."
        )
    (folder / "versions").mkdir(exist_ok=True)
    # Not the defaults, which are those of when Alembic was imported.
    config = Config(stdout=sys.stdout, output_buffer=sys.stdout, cmd_opts=Namespace(quiet=quiet))
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("file_template", _FILE)
    return config
