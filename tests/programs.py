"""Run Python of a test in a process of its own: what forks, ends, or changes the process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

_OF_THE_TESTER = ("BASELINE_", "OTEL_")


def run(
    program: str, env: Mapping[str, str] | None = None, *, seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run *program* with *env* added to the environment, and return what it wrote.

    Warnings are errors, but for the one of a fork while there are threads, which is what tests are about.
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith(_OF_THE_TESTER)}
    command = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", program]
    return subprocess.run(
        command,
        env={**environ, **(env or {})},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
