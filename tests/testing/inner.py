"""Run pytest as a user does, in a project of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_OF_THE_OUTER_RUN = ("BASELINE_", "OTEL_", "PYTEST_", "TEST_")

_PLUGINS = {"pytest_cov": "pytest_cov.plugin", "xdist": "xdist.plugin"}


def command(*args: str, without: Sequence[str] = ()) -> list[str]:
    """Return the command that runs pytest with *args*, as if the packages *without* were not installed."""
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({[*without]})); "
        f"import pytest; sys.exit(pytest.main({['-p', 'no:cacheprovider', *args]}))"
    )
    return [sys.executable, "-W", "error", "-c", code]


def environ(*, without: Sequence[str] = (), **more: str) -> dict[str, str]:
    """Return the environment without what is about the outer run.

    The plugins that are installed besides take seconds to load, which is not the point here.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_OUTER_RUN)}
    plugins = [plugin for name, plugin in _PLUGINS.items() if name not in without]
    plugins += ["flask_baseline.testing.plugin"]
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": ",".join(plugins), **more}


def run_pytest(
    folder: Path, *args: str, without: Sequence[str] = (), **env: str
) -> subprocess.CompletedProcess[str]:
    """Run pytest in *folder* with *env* in the environment, and return what it wrote."""
    return subprocess.run(
        command(*args, without=without),
        cwd=folder,
        env=environ(without=without, **env),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
