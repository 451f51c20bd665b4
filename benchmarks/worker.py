"""The child process that serves one variant: ``python -m benchmarks.worker VARIANT``.

It obeys one line at a time from standard input: ``answer SCENARIO`` returns a response as JSON,
``run SCENARIO COUNT`` returns the CPU seconds of that many requests.
"""

from __future__ import annotations

import json
import os
import sys
from time import process_time
from typing import TYPE_CHECKING

from . import identity, peers, persistence
from .scenario import SCENARIOS, Scenario, serve
from .variants import VARIANTS

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


# They are there for the variants that they add.
assert all((identity, peers, persistence))


def main(name: str) -> None:
    """Serve the variant *name* until standard input ends."""
    with os.fdopen(os.dup(1), "w", buffering=1) as replies:
        # The lines of the app are written as a server's are, through descriptor 1. What is behind it
        # is not ours: a pipe costs the writer about the same, a file on a disk 1 to 2 us more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        app = VARIANTS[name].make().wsgi_app
        for line in sys.stdin:
            command, scenario, *count = line.split()
            if command == "answer":
                status, _, body = serve(app, SCENARIOS[scenario].environ())
                replies.write(json.dumps([status, body.decode()]) + "\n")
            else:
                replies.write(f"{_run(app, SCENARIOS[scenario], int(*count))}\n")


def _run(app: WSGIApplication, scenario: Scenario, count: int) -> float:
    started = process_time()
    for _ in range(count):
        serve(app, scenario.environ())
    return process_time() - started


if __name__ == "__main__":
    main(*sys.argv[1:])
