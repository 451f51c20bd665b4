"""Standard output that threads and a forked process write to at the same time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

from flask_baseline.logging import stdout


def test_lines_of_threads_do_not_mix() -> None:
    """A line that a pipe takes in parts, as it does beyond 4096 bytes, has no other line in between."""
    lines = [letter * 20_000 + b"\n" for letter in (b"a", b"b", b"c", b"d")]

    def write_often(line: bytes) -> None:
        for _ in range(10):
            stdout.write(line)

    reader, writer = os.pipe()
    # Not in a fixture: pytest puts its own stream back between the set-up and the test.
    replaced = sys.stdout
    with open(reader, "rb") as read, open(writer, "w") as sys.stdout:
        try:
            threads = [threading.Thread(target=write_often, args=(line,)) for line in lines]
            for thread in threads:
                thread.start()
            written = [read.readline() for _ in range(10 * len(lines))]
            for thread in threads:
                thread.join()
        finally:
            sys.stdout = replaced

    # By number, since pytest would explain a difference of this size for minutes.
    assert sum(line not in lines for line in written) == 0


FORK = """
import os, sys, threading, warnings
from flask_baseline.logging import stdout

warnings.simplefilter("ignore", DeprecationWarning)  # The fork of a process with threads is what is tested.
stdout.PATIENCE = 60
reader, writer = os.pipe()
console, sys.stdout = sys.stdout, open(writer, "w")
threading.Thread(target=stdout.write, args=(b"x" * 300_000,), daemon=True).start()
os.read(reader, 1)  # Now the thread is in the middle of its line.
if os.fork() == 0:
    sys.stdout = console
    stdout.write(b"of the child\\n")
    os._exit(0)
os.wait()
os._exit(0)
"""


def test_a_fork_in_the_middle_of_a_line() -> None:
    """A forked process writes its lines, though the thread that was writing one is not part of it."""
    ended = subprocess.run([sys.executable, "-c", FORK], stdout=subprocess.PIPE, timeout=30, check=True)

    assert ended.stdout == b"of the child\n"
