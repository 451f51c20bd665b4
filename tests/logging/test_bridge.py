"""The standard library's loggers, warnings and threads write the same lines, once each."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
import structlog
from flask import Flask

from flask_baseline import Baseline

from .conftest import LOGGING, Lines, MakeApp


def test_both_kinds_of_logger_write_the_same_shape(make_app: MakeApp, lines: Lines) -> None:
    """A field given to structlog and one given as ``extra`` end up in the same place."""
    make_app()

    structlog.get_logger("library").warning("slow", seconds=3)
    logging.getLogger("library").warning("slow", extra={"seconds": 3})

    first, second = lines()
    del first["timestamp"], second["timestamp"]
    assert (
        first
        == second
        == {
            "severity_text": "WARNING",
            "body": "slow",
            "service.name": "shop",
            "otel.scope.name": "library",
            "seconds": 3,
        }
    )


@pytest.mark.parametrize(
    ("method", "level"),
    [
        ("debug", None),
        ("info", None),
        ("warning", "WARNING"),
        ("error", "ERROR"),
        ("exception", "ERROR"),
        ("critical", "CRITICAL"),
    ],
)
def test_levels(make_app: MakeApp, lines: Lines, method: str, level: str | None) -> None:
    """LEVEL holds for structlog and for the standard library alike."""
    make_app(level="warning")

    getattr(structlog.get_logger(), method)("event")
    getattr(logging.getLogger("library"), method)("event")

    assert [line["severity_text"] for line in lines()] == ([level, level] if level else [])


@pytest.mark.parametrize(
    "log", [structlog.get_logger(), logging.getLogger("x")], ids=["structlog", "logging"]
)
def test_exceptions(make_app: MakeApp, lines: Lines, log: logging.Logger) -> None:
    """``exception()`` and ``exc_info`` give type, message and stack, without local variables."""
    make_app()
    try:
        local = "local-value"
        raise KeyError("missing")
    except KeyError as error:
        log.exception("one")
        log.error("two", exc_info=True)
        log.error("three", exc_info=error)
    log.error("four", exc_info=True)

    *three, four = lines()
    for line in three:
        assert (line["exception.type"], line["exception.message"]) == ("KeyError", "'missing'")
        assert line["exception.stacktrace"].startswith("Traceback (most recent call last):\n")
        assert local not in line["exception.stacktrace"]
    assert "exception.type" not in four


def test_long_stacks_are_cut(make_app: MakeApp, lines: Lines) -> None:
    """A runaway recursion does not become a line of a megabyte, and its last frames are kept."""
    make_app()

    def recurse(text: str) -> None:
        recurse(text + "x")

    try:
        recurse("")
    except RecursionError:
        logging.getLogger("library").exception("deep")

    (line,) = lines()
    assert len(line["exception.stacktrace"]) < 20_000
    assert line["exception.stacktrace"].rstrip().splitlines()[-1].startswith("RecursionError")


class Unprintable(Exception):
    """An error of which no text can be made."""

    def __str__(self) -> str:
        raise RuntimeError("no")


def test_an_unprintable_exception(make_app: MakeApp, lines: Lines) -> None:
    """An exception whose own text raises leaves its type and its stack."""
    make_app()
    try:
        raise Unprintable
    except Unprintable:
        logging.getLogger("library").exception("failed")

    (line,) = lines()
    assert line["exception.type"].endswith("Unprintable")
    assert line["exception.message"] == "<unprintable>"
    assert "raise Unprintable" in line["exception.stacktrace"]


def test_an_unprintable_stack(make_app: MakeApp, lines: Lines) -> None:
    """An exception that Python itself cannot print leaves its type and its message."""
    make_app()
    error = SyntaxError("invalid template")
    error.lineno, error.text = "one", 5  # type: ignore[assignment]

    structlog.get_logger().error("failed", exc_info=error)

    (line,) = lines()
    assert (line["exception.type"], line["exception.stacktrace"]) == ("SyntaxError", "<unprintable>")
    assert "invalid template" in line["exception.message"]


def test_long_texts_of_exceptions_are_cut(make_app: MakeApp, lines: Lines) -> None:
    """An exception that quotes a megabyte keeps the begin and the end of its stack."""
    make_app()
    try:
        raise ValueError("x" * 1_000_000 + " the end")
    except ValueError:
        logging.getLogger("library").exception("failed")

    (line,) = lines()
    assert line["exception.stacktrace"].startswith("Traceback (most recent call last):\n")
    assert "...[cut]" in line["exception.stacktrace"]
    assert line["exception.stacktrace"].rstrip().endswith(" the end")
    assert len(str(line)) < 40_000


def test_stack_info(make_app: MakeApp, lines: Lines) -> None:
    """``stack_info`` shows where the line was written."""
    make_app()

    structlog.get_logger().info("here", stack_info=True)
    logging.getLogger("library").info("here", stack_info=True)

    assert all("test_stack_info" in line["code.stacktrace"] for line in lines())


def test_structlog_context_is_on_every_line(make_app: MakeApp, lines: Lines) -> None:
    """What is bound in structlog's context is on the standard library's lines too."""
    make_app()

    with structlog.contextvars.bound_contextvars(job="nightly"):
        structlog.get_logger().info("a")
        logging.getLogger("library").info("b")

    assert [line["job"] for line in lines()] == ["nightly", "nightly"]


def test_the_apps_own_logger_writes_once(lines: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    """An app that used its logger before Baseline does not write each record twice."""
    app = Flask("shop")
    app.testing = True
    app.logger.warning("before")
    Baseline(app, features=LOGGING)
    capsys.readouterr()

    app.logger.warning("after")

    out, err = capsys.readouterr()
    assert out.count("after") == 1
    assert err == ""


def test_stdlib_can_be_left_alone(make_app: MakeApp, lines: Lines) -> None:
    """With STDLIB=False the root logger is the app's own business; structlog still writes lines."""
    before = [*logging.getLogger().handlers]

    make_app(stdlib=False)
    structlog.get_logger().info("ours")

    assert logging.getLogger().handlers == before
    assert [line["body"] for line in lines()] == ["ours"]


def run(script: str) -> subprocess.CompletedProcess[str]:
    """Run *script* in a process of its own, where no test runner listens."""
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)


APP = """
import logging, sys, threading, warnings
import structlog
from flask import Flask
from flask_baseline import Baseline
app = Flask("shop")
"""


def test_warnings_are_lines() -> None:
    """A warning is a line of the logger ``py.warnings``, and not text on standard error."""
    done = run(APP + "Baseline(app); warnings.warn('old', UserWarning)")

    assert '"otel.scope.name":"py.warnings"' in done.stdout
    assert "UserWarning: old" in done.stdout
    assert done.stderr == ""


def test_uncaught_exceptions_of_threads_are_lines() -> None:
    """An exception that ends a thread is one line with its stack, and not text on standard error."""
    done = run(
        APP + "Baseline(app)\nt = threading.Thread(target=lambda: 1 / 0, name='job')\nt.start(); t.join()"
    )

    assert "uncaught exception in thread job" in done.stdout
    assert '"exception.type":"ZeroDivisionError"' in done.stdout
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_a_thread_that_exits_is_no_error() -> None:
    """``sys.exit`` in a thread is silent, as it is without us."""
    done = run(APP + "Baseline(app)\nt = threading.Thread(target=sys.exit)\nt.start(); t.join()")

    assert done.stdout == done.stderr == ""


def test_handlers_of_the_app_are_kept_and_named() -> None:
    """A root handler that was there before stays, and a line says why records come twice."""
    done = run(APP + "logging.basicConfig()\nBaseline(app)\nlogging.getLogger('x').error('twice')")

    assert "the root logger has a handler of its own, StreamHandler" in done.stderr
    assert "BASELINE_LOGGING_STDLIB=False" in done.stderr
    assert '"twice"' in done.stdout
    assert "twice" in done.stderr


def test_a_later_dictconfig_keeps_the_apps_logger() -> None:
    """A ``dictConfig`` after ``Baseline``, which turns existing loggers off, does not silence the app."""
    configure = "import logging.config\nlogging.config.dictConfig({'version': 1})\n"
    done = run(APP + "Baseline(app)\n" + configure + "app.logger.error('failed')")

    assert '"body":"failed"' in done.stdout


def test_structlog_of_the_app_is_kept_and_named() -> None:
    """An app that configured structlog itself keeps it, and a line says so."""
    configure = "structlog.configure(processors=[structlog.processors.KeyValueRenderer()])\n"
    done = run(APP + configure + "Baseline(app)\nstructlog.get_logger().info('mine', a=1)")

    assert "structlog was configured before Baseline" in done.stderr + done.stdout
    assert "a=1 event='mine'" in done.stdout


def test_printed_text_does_not_end_up_in_a_line() -> None:
    """Half a line that the app prints waits in no buffer to be written into the middle of ours."""
    both = "    print('printed', n)\n    logging.getLogger('x').error('logged')"
    done = run(APP + f"Baseline(app)\nfor n in range(2000):\n{both}")

    assert all(line.startswith(("{", "printed")) for line in done.stdout.splitlines())
    assert done.stdout.count("\n") == 4000
