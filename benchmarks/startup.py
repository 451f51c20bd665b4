"""Measure the start: fresh interpreters that import and initialise, CPU time.

The reference imports every module that a service with Baseline ends up with, our own left out, and
defines one pydantic model, as a service does: the first one in a process makes pydantic look for
plugins in every installed package. The difference is our own code, all of ``Baseline(app)``
included.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping

from .harness import ROOT, clean_environment
from .report import Row, Table
from .rounds import interleave, sample

BUDGET = "1.10 x"

_TIMED = """
import sys, time
before = set(sys.modules)
started = time.process_time()
{code}
seconds = time.process_time() - started
import json
print(json.dumps([seconds, [name for name in sys.modules if name not in before]]))
"""

_LIBRARIES = """
for name in {names}:
    __import__(name)
from flask import Flask
from pydantic import BaseModel
class Model(BaseModel):
    pass
app = Flask("service")
"""

_BASELINE = (
    _LIBRARIES
    + """
from flask_baseline import Baseline
app.config.update({config})
Baseline(app)
"""
)


def measure_starts(rounds: int, tell: Callable[[str], None]) -> list[Table]:
    """Return a table for the default settings, and one for every feature off."""
    from flask_baseline._features import FEATURES

    all_off = {f"BASELINE_{spec.name.upper()}_ENABLED": False for spec in FEATURES}
    return [
        _measure("Start, default settings", {}, rounds, tell),
        _measure("Start, every feature off", all_off, rounds, tell),
    ]


def _measure(title: str, config: Mapping[str, bool], rounds: int, tell: Callable[[str], None]) -> Table:
    baseline = _BASELINE.format(names=(), config=config)
    _, modules = _start(baseline)
    foreign = [module for module in modules if module.partition(".")[0] != "flask_baseline"]
    libraries = _LIBRARIES.format(names=foreign)
    _start(libraries)
    seconds = interleave(
        {"libraries": lambda: _start(libraries)[0], "baseline": lambda: _start(baseline)[0]},
        rounds,
        lambda text: tell(f"{title}: {text}"),
    )
    reference = seconds["libraries"]
    structlog = "structlog is imported" if "structlog" in foreign else "structlog is not imported"
    return Table(
        title,
        (
            Row("libraries", f"What is imported anyway; {structlog}", sample(reference, reference)),
            Row("Baseline(app)", "The same and ours", sample(seconds["baseline"], reference), BUDGET),
        ),
        unit="ms",
    )


def _start(code: str) -> tuple[float, list[str]]:
    """Run *code* in a fresh interpreter; return its CPU seconds and the modules it imported."""
    environ = clean_environment()
    # The first run of each writes our bytecode; installed packages come with it.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", _TIMED.format(code=code)],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    seconds, modules = json.loads(done.stdout)
    return seconds, modules
