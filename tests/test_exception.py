"""What is told about an exception."""

from __future__ import annotations

import pytest

from flask_baseline._exception import MAX_FRAMES, MAX_STACKTRACE, describe, message_of, type_name
from flask_baseline._redaction import Redactor

REDACTOR = Redactor()


class Silent(Exception):
    """Fails when it is asked what it says."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Sulking(SyntaxError):
    """Fails when it is printed."""

    @property
    def text(self) -> str:  # type: ignore[override]
        raise RuntimeError("no text")


def raised(error: BaseException) -> BaseException:
    """Return *error* as it is when it was raised."""
    try:
        raise error
    except BaseException as caught:
        return caught


NAMES = {
    "builtin": (ValueError(), "ValueError"),
    "own": (Silent(), "tests.test_exception.Silent"),
    "nested": (type("Outer.Inner", (Exception,), {"__module__": "shop"})(), "shop.Outer.Inner"),
    "exit": (SystemExit(1), "SystemExit"),
}


@pytest.mark.parametrize(("error", "name"), NAMES.values(), ids=NAMES)
def test_the_type(error: BaseException, name: str) -> None:
    """A class has its module in front, but for Python's own."""
    assert type_name(error) == name


MESSAGES = {
    "plain": (ValueError("too small"), "too small"),
    "none": (ValueError(), ""),
    "password": (ValueError("postgres://shop:hunter2@db/shop"), "postgres://[redacted]@db/shop"),
    "token": (ValueError("token=hunter2 was refused"), "token=[redacted] was refused"),
    "unprintable": (Silent(), "<unprintable>"),
    "surrogate": (ValueError("\ud800"), "\ufffd\ufffd\ufffd"),
}


@pytest.mark.parametrize(("error", "message"), MESSAGES.values(), ids=MESSAGES)
def test_the_message(error: Exception, message: str) -> None:
    """A message is without secrets, whatever it is made of."""
    told = describe(raised(error), REDACTOR)
    assert told["exception.message"] == message
    assert "hunter2" not in str(told)


def test_what_it_says() -> None:
    """An exception that cannot say what it is, says so."""
    assert (message_of(ValueError("small")), message_of(Silent())) == ("small", "<unprintable>")


def test_no_local_variables() -> None:
    """The stacktrace has the lines of the code, and nothing of what was in its variables."""
    password = "hunter" + "2"

    def check() -> None:
        raise ValueError(f"{len(password)} characters are too few")

    with pytest.raises(ValueError, match="too few") as caught:
        check()
    told = str(describe(caught.value, REDACTOR)["exception.stacktrace"])
    assert "raise ValueError" in told
    assert "hunter2" not in told


def test_causes_are_told() -> None:
    """The exception that another one came from is in the stacktrace, without secrets."""
    try:
        try:
            raise OSError("password=hunter2")
        except OSError as error:
            raise ValueError("no stock") from error
    except ValueError as error:
        told = str(describe(error, REDACTOR)["exception.stacktrace"])
    assert "OSError: password=[redacted]" in told
    assert "ValueError: no stock" in told


def test_a_deep_stack() -> None:
    """Of a stack that has no end the innermost frames are told."""

    def dig(depth: int) -> None:
        if depth == 0:
            raise ValueError("deep")
        dig(depth - 1)

    with pytest.raises(ValueError, match="deep") as caught:
        dig(300)
    told = str(describe(caught.value, REDACTOR)["exception.stacktrace"])
    assert told.count("in dig") <= MAX_FRAMES
    assert told.endswith("ValueError: deep\n")


def test_a_long_stacktrace_is_cut_in_the_middle() -> None:
    """A message of a megabyte does not make a line of a megabyte: its begin and its end are told."""
    told = describe(raised(ValueError("a" * 1_000_000 + "the end")), REDACTOR)
    stacktrace = str(told["exception.stacktrace"])
    assert len(stacktrace) <= MAX_STACKTRACE + 64
    assert stacktrace.startswith("Traceback")
    assert "\n...[cut]\n" in stacktrace
    assert stacktrace.endswith("the end\n")


def test_one_that_cannot_be_printed() -> None:
    """An exception that fails when Python prints it is told by its type."""
    told = describe(raised(Sulking("odd")), REDACTOR)
    assert told["exception.type"] == "tests.test_exception.Sulking"
    assert told["exception.stacktrace"] == "<unprintable>"


def test_one_that_was_never_raised() -> None:
    """An exception without a stack is told all the same."""
    assert describe(ValueError("odd"), REDACTOR) == {
        "exception.type": "ValueError",
        "exception.message": "odd",
        "exception.stacktrace": "ValueError: odd\n",
    }
