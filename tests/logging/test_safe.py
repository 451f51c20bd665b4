"""Whatever is logged, the line is one valid JSON object, and logging it never raises."""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from datetime import date, datetime, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import PurePosixPath
from uuid import UUID

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flask_baseline.logging.lines import Lines as Writer
from flask_baseline.logging.lines import LogConfig
from flask_baseline.logging.record import Event
from flask_baseline.logging.stdlib import StdoutHandler

from .conftest import Lines, MakeApp


class Color(Enum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


class Hostile(dict):  # type: ignore[type-arg]
    def items(self):  # type: ignore[no-untyped-def]
        raise RuntimeError("no")


LOOP: dict[str, object] = {}
LOOP["self"] = LOOP

DEEP: list[object] = []
for _ in range(10_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("text", "text"),
        ("a\r\nb\x1b[31m\u2028", "a\r\nb\x1b[31m\u2028"),
        ("lone \ud800 surrogate", "lone \ufffd\ufffd\ufffd surrogate"),
        ("\u00e9\U0001f600", "\u00e9\U0001f600"),
        (b"bytes \xff", "bytes \\xff"),
        (bytearray(b"a"), "a"),
        (memoryview(b"a"), "a"),
        (True, True),
        (None, None),
        (2**63 - 1, 2**63 - 1),
        (-(2**63), -(2**63)),
        (2**63, "<int of 64 bits>"),
        (10**10_000, "<int of 33220 bits>"),
        (1.5, 1.5),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (Level.LOW, 1),
        (Color.RED, "<Color.RED: 'red'>"),
        (date(2026, 11, 22), "2026-11-22"),
        (datetime(2026, 11, 22, tzinfo=timezone.utc), "2026-11-22 00:00:00+00:00"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Decimal("1.10"), "1.10"),
        (PurePosixPath("/a"), "/a"),
        ((1, "a"), [1, "a"]),
        ({1}, [1]),
        ({1: {2.5: None}}, {"1": {"2.5": None}}),
        (OrderedDict(a=1), {"a": 1}),
        (Unprintable(), "<unprintable Unprintable>"),
        (Hostile(a=1), "<unprintable Hostile>"),
        ({Unprintable(): 1}, "<unprintable dict>"),
        (LOOP, {"self": {"self": {"self": "<dict>"}}}),
        (DEEP, [[["<list>"]]]),
        (list(range(1000)), [*range(256), "...[cut]"]),
        ("x" * 10_000, "x" * 8192 + "...[cut]"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values(make_app: MakeApp, lines: Lines, value: object, written: object) -> None:
    """Each kind of value has a plain form."""
    make_app()

    structlog.get_logger().info("event", value=value)

    (line,) = lines()
    assert line["value"] == written


def test_large_tables_are_cut(make_app: MakeApp, lines: Lines) -> None:
    """A table of any size becomes a line of bounded size."""
    make_app()

    structlog.get_logger().info("event", value={str(number): "x" for number in range(100_000)})

    (line,) = lines()
    assert len(line["value"]) == 257


@pytest.mark.parametrize(
    "arguments",
    [("%d", "x"), ("%s %s", 1), ("%(a)s", {"b": 1}), ("%s", Unprintable()), (Unprintable(),), ("100%", 1)],
    ids=["type", "number", "name", "unprintable argument", "unprintable message", "percent"],
)
def test_messages_that_cannot_be_formatted(lines: Lines, arguments: tuple[object, ...]) -> None:
    """A record of the standard library with wrong arguments still leaves a line."""
    logger = logging.Logger("library")  # not below the root, where pytest listens and raises
    logger.addHandler(StdoutHandler(Writer(CONFIG)))

    logger.warning(*arguments)  # type: ignore[arg-type]

    (line,) = lines()
    assert line["severity_text"] == "WARNING"
    assert line["body"] == (arguments[0] if isinstance(arguments[0], str) else "<unprintable Unprintable>")


@pytest.mark.parametrize("name", ["body", "timestamp", "severity_text", "service.name", "otel.scope.name"])
def test_fields_cannot_forge_ours(make_app: MakeApp, lines: Lines, name: str) -> None:
    """A field with a name of ours stands beside ours, with an underscore."""
    make_app()

    structlog.get_logger("mine").info("real", **{name: "forged"})

    (line,) = lines()
    assert line[name] != "forged"
    assert line[f"{name}_"] == "forged"


def test_lists_of_lists_are_cut(make_app: MakeApp, lines: Lines) -> None:
    """A list that has itself many times over becomes a line of bounded size, at once."""
    make_app()
    wide: list[object] = []
    wide.extend([wide] * 256)

    structlog.get_logger().info("event", value=wide)

    (line,) = lines()
    assert len(json.dumps(line)) < 100_000


CONFIG = LogConfig("INFO", "json", "otel", (), True)

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())  # surrogates and controls among them
    | st.binary()
    | st.decimals()
    | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("format", ["json", "console"])
@pytest.mark.parametrize("fields", ["otel", "ecs"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(message=anything, values=st.dictionaries(st.text(max_size=20), anything, max_size=6))
def test_any_event(format: str, fields: str, message: object, values: dict[str, object]) -> None:
    """An event of any values is one line; as JSON it is one object that a strict reader takes."""
    writer = Writer(LogConfig("INFO", format, fields, (), True))  # type: ignore[arg-type]

    line = writer.line(Event("INFO", "logger", message, values)).decode(
        "ascii" if format == "json" else "utf-8"
    )

    assert line.endswith("\n")
    assert len(line.splitlines()) == 1
    if format == "json":
        read = json.loads(line, parse_constant=_refuse)
        assert len(read) >= 3 + len({str(name) for name in values})
        line.encode("utf-8")
        json.dumps(read, ensure_ascii=False).encode("utf-8")


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")
