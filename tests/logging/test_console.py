"""Lines for people: readable, and no control character of a client's reaches the terminal."""

from __future__ import annotations

import io
import logging

import pytest
import structlog

from .conftest import MakeApp


def test_a_line(make_app: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    """A line has the time, the level, the event, the logger and the fields, without the noise."""
    make_app(format="console")

    structlog.get_logger("shop.orders").info("paid", order=17, card={"card_number": "4111", "ok": True})

    out = capsys.readouterr().out
    assert out[2] == out[5] == ":"
    words = " ".join(out[13:].split())
    assert words == "[info ] paid [shop.orders] order=17 card={'card_number': '[redacted]', 'ok': True}"


def test_the_access_event(make_app: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    """A request's line begins with what a person looks for."""
    make_app(format="console").test_client().get("/nope", buffered=True)

    out = capsys.readouterr().out
    assert " GET /nope 404 " in out
    assert "process.pid" not in out


@pytest.mark.parametrize(
    "text",
    ["a\r\nb", "a\x1b[2Jb", "a\x07b", "a\x00b", "a\x85b", "a\u2028b", "a\u202eb", "a\x7fb", "a\x9bb"],
    ids=["line end", "escape", "bell", "null", "next line", "separator", "bidirectional", "delete", "csi"],
)
def test_control_characters_are_shown(
    make_app: MakeApp, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """In a message, a field's name or its value, at any depth, they are written as escapes."""
    make_app(format="console")

    structlog.get_logger().info(text, **{"value": text, text: 1, "nested": {text: [text]}})
    logging.getLogger(text).error("%s", text, extra={"extra": text})

    out = capsys.readouterr().out
    assert len(out.splitlines()) == 2
    assert not set(text[1:-1]) & set(out.replace("\n", "").replace("[", "")) - set("2J")
    assert out.count("a\\") >= 7


def test_stacks_keep_their_lines(make_app: MakeApp, capsys: pytest.CaptureFixture[str]) -> None:
    """A stack is shown below its line; the text of the exception cannot break out of it."""
    app = make_app(format="console")
    try:
        raise ValueError("a\x1b[2J\rb")
    except ValueError:
        app.logger.exception("failed")

    out = capsys.readouterr().out
    assert "Traceback (most recent call last):\n" in out
    assert "ValueError: a\\x1b[2J\\rb" in out
    assert "\x1b" not in out


def test_colors_are_for_terminals(
    make_app: MakeApp, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a terminal gets colors."""
    make_app(format="console")
    structlog.get_logger().info("plain")
    assert "\x1b" not in capsys.readouterr().out

    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    structlog.get_logger().info("colored")

    assert "\x1b[" in capsys.readouterr().out


@pytest.mark.parametrize("is_there", [True, False], ids=["closed", "missing"])
def test_nobody_listens(
    make_app: MakeApp,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    is_there: bool,
) -> None:
    """To log with standard output closed or missing is no error, and the next one is written to."""
    make_app(format="console")
    closed = io.StringIO()
    closed.close()
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", closed if is_there else None)
        logging.getLogger("library").error("unheard")
        structlog.get_logger().error("unheard")
    structlog.get_logger().error("heard")

    assert " heard" in capsys.readouterr().out
