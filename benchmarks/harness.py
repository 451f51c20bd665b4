"""Measure requests: one child process per variant, all of them in every round."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from .rounds import Sample, interleave, sample
from .scenario import Scenario

ROOT = Path(__file__).parent.parent


class Worker:
    """The child process of one variant."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def answer(self, scenario: Scenario) -> tuple[str, str]:
        """Return the status and the body that the variant answers."""
        status, body = json.loads(self._ask(f"answer {scenario.name}"))
        return status, body

    def run(self, scenario: Scenario, requests: int) -> float:
        """Return the CPU seconds of so many requests."""
        return float(self._ask(f"run {scenario.name} {requests}"))

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        reply = self._process.stdout.readline()
        if not reply:
            raise RuntimeError(f"the process of a variant ended with status {self._process.wait()}")
        return reply


@contextmanager
def worker(name: str) -> Iterator[Worker]:
    """Run the child process of the variant *name* for the length of the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.worker", name],
        cwd=ROOT,
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        # Leaving the block closes its standard input, which ends it.
        yield Worker(process)


def clean_environment() -> dict[str, str]:
    """Return the environment without settings that would change what is measured."""
    changing = ("BASELINE_", "OTEL_")
    return {name: value for name, value in os.environ.items() if not name.startswith(changing)}


def measure_requests(
    scenario: Scenario,
    names: Sequence[str],
    *,
    reference: str,
    rounds: int,
    requests: int,
    tell: Callable[[str], None],
) -> dict[str, Sample]:
    """Return a sample for the variant *reference*, and for each in *names*.

    Raises:
        RuntimeError: a variant does not answer as the reference does.
    """
    with ExitStack() as stack:
        workers = {name: stack.enter_context(worker(name)) for name in (reference, *names)}
        expected = _meaning(workers[reference].answer(scenario))
        for name, each in workers.items():
            if _meaning(each.answer(scenario)) != expected:
                raise RuntimeError(f"{name} does not answer {scenario.title} as {reference} does")
            # Caches are filled and bytecode is specialised before it counts.
            each.run(scenario, requests)
        seconds = interleave(
            {name: _task(each, scenario, requests) for name, each in workers.items()},
            rounds,
            lambda text: tell(f"{scenario.title}: {text}"),
        )
    per_request = {name: [value / requests for value in values] for name, values in seconds.items()}
    return {name: sample(values, per_request[reference]) for name, values in per_request.items()}


def _task(each: Worker, scenario: Scenario, requests: int) -> Callable[[], float]:
    return lambda: each.run(scenario, requests)


def _meaning(answer: tuple[str, str]) -> tuple[str, object]:
    status, body = answer
    return status, json.loads(body)
