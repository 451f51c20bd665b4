"""The development server of Werkzeug, which logs requests itself."""

from __future__ import annotations

import logging
import threading
from urllib.request import urlopen

import pytest
from werkzeug.serving import make_server

from tests.lines import ACCESS

from .conftest import Lines, MakeApp


@pytest.mark.parametrize(
    ("access", "loggers"), [(True, [None]), (False, ["werkzeug"])], ids=["our-event", "its-own-line"]
)
def test_a_request_is_logged_once(
    make_app: MakeApp, lines: Lines, access: bool, loggers: list[str | None]
) -> None:
    """With the access event the server's own line is left out; without it, it stays."""
    app = make_app(access=access)
    app.add_url_rule("/", view_func=lambda: "hello")
    server = make_server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        with urlopen(f"http://127.0.0.1:{server.server_port}/", timeout=30) as answer:
            assert answer.read() == b"hello"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

    written = lines()
    assert [line.get("otel.scope.name") for line in written] == loggers
    assert [line["body"] == ACCESS for line in written] == [access]


def test_its_lines_are_plain(make_app: MakeApp, lines: Lines) -> None:
    """What the server says at its start has no colours and no line breaks, which a line shows as escapes."""
    make_app()

    logging.getLogger("werkzeug").info(
        "\x1b[31m\x1b[1mWARNING: only for development.\x1b[0m\n * Running on %s", "a"
    )

    assert [line["body"] for line in lines()] == ["WARNING: only for development. * Running on a"]
