"""Checks across the fork and the end of a process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

APP = """
import os, threading, time
from flask import Flask
from flask_baseline import Baseline
from flask_baseline._features import FEATURES

app = Flask("shop")
app.config["BASELINE_HEALTH_CACHE_SECONDS"] = 0
baseline = Baseline(app, features=[spec for spec in FEATURES if spec.name == "health"])
client = app.test_client()
"""


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program that has the app, and return what it wrote."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", APP + program]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, check=False)


def test_a_hanging_check_does_not_hold_up_the_exit(tmp_path: Path) -> None:
    """The process ends although a check never returns."""
    done = run(
        """
baseline.readiness_check("payments", timeout=0.05)(lambda: time.sleep(600))
print(client.get("/readyz").status_code)
""",
        tmp_path,
    )
    assert (done.returncode, done.stdout, done.stderr.count("Traceback")) == (0, "503\n", 0)


def test_a_fork_in_the_middle_of_a_run(tmp_path: Path) -> None:
    """A child that was forked while its parent waited for a check runs its own checks."""
    done = run(
        """
runs = []
started = threading.Event()

@baseline.readiness_check("payments", timeout=20)
def payments():
    runs.append(os.getpid())
    started.set()
    time.sleep(0 if os.getpid() != parent else 0.3)

parent = os.getpid()
prober = threading.Thread(target=client.get, args=("/readyz",))
prober.start()
started.wait(10)
child = os.fork()
if child == 0:
    status = app.test_client().get("/readyz").status_code
    os._exit(0 if status == 200 and runs[-1] == os.getpid() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
prober.join()
""",
        tmp_path,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


def test_no_more_threads(tmp_path: Path) -> None:
    """A check that cannot be started has failed, and is started as soon as that works again."""
    done = run(
        """
baseline.readiness_check("payments")(lambda: True)
threading.stack_size(1 << 46)
print(client.get("/readyz").status_code)
threading.stack_size(0)
print(client.get("/readyz").status_code)
""",
        tmp_path,
    )
    assert (done.returncode, done.stdout) == (0, "503\n200\n")
    assert "readiness check 'payments' failed: error" in done.stderr
