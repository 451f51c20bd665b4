"""Metrics of our own health, and of the worker and its Python."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterator

from opentelemetry.sdk.metrics.export import Metric

from .._tallies import DROPPED, FAILED_EXPORTS, FAILED_STEPS, RATE_FAILURES, Tallies
from .points import Clock, Value, counter, up_down

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 0


def own_health(tallies: Tallies, clock: Clock) -> list[Metric]:
    """Return what our own parts could not do, and how many workers there are."""
    dropped, failed = tallies.of(DROPPED), tallies.of(FAILED_EXPORTS)
    steps = tallies.of(FAILED_STEPS)
    return [
        counter(
            "baseline.telemetry.dropped",
            "{item}",
            "Spans and log records that were dropped.",
            [({"signal": signal}, dropped.get(signal, 0)) for signal in ("traces", "logs")],
            clock,
        ),
        counter(
            "baseline.telemetry.export.failures",
            "{export}",
            "Exports that the collector did not take.",
            [({"signal": signal}, failed.get(signal, 0)) for signal in ("traces", "metrics", "logs")],
            clock,
        ),
        counter(
            "baseline.edge.failures",
            "{failure}",
            "Errors in steps around the app.",
            [({"step": step}, count) for step, count in steps.items()],
            clock,
        ),
        counter(
            "baseline.ratelimit.failures",
            "{request}",
            "Requests whose rate could not be counted.",
            [({"part": part}, count) for part, count in tallies.of(RATE_FAILURES).items()],
            clock,
        ),
        up_down("baseline.workers", "{worker}", "Workers that serve.", [({}, 1)], clock),
        counter("baseline.worker.starts", "{start}", "Workers that began to serve.", [({}, 1)], clock),
    ]


def runtime(clock: Clock) -> Iterator[Metric]:
    """Yield what the process and its Python use.

    https://opentelemetry.io/docs/specs/semconv/system/process-metrics/
    https://opentelemetry.io/docs/specs/semconv/runtime/cpython-metrics/
    """
    times = os.times()
    cpu = [({"cpu.mode": "user"}, times.user), ({"cpu.mode": "system"}, times.system)]
    yield counter("process.cpu.time", "s", "CPU seconds of the process.", cpu, clock)
    memory = _resident_bytes()
    if memory is not None:
        yield up_down("process.memory.usage", "By", "Memory in use, resident.", [({}, memory)], clock)
    threads: list[Value] = [({}, threading.active_count())]
    yield up_down("process.thread.count", "{thread}", "Threads of Python.", threads, clock)
    generations = [*enumerate(gc.get_stats())]
    for name, key, what in (
        ("collections", "collections", "Runs of the garbage collector."),
        ("collected_objects", "collected", "Objects that the garbage collector has freed."),
        ("uncollectable_objects", "uncollectable", "Objects that the garbage collector could not free."),
    ):
        values = [({"cpython.gc.generation": number}, stats[key]) for number, stats in generations]
        yield counter(f"cpython.gc.{name}", f"{{{key.removesuffix('s')}}}", what, values, clock)


def _resident_bytes() -> int | None:
    """Return the resident memory where the system tells it in a file; None elsewhere."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except OSError:
        return None
