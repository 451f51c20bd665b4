"""How much a form may have, on every version of Werkzeug."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request

from flask_baseline import Baseline, Form, endpoint

from .asking import ask, chunked, sent

BYTES, PARTS = 1_000, 5

URLENCODED = "application/x-www-form-urlencoded"

framings = pytest.mark.parametrize("framing", [sent, chunked])


def app_of(**options: int) -> Flask:
    app = Flask("shop")
    limits = {"max_form_bytes": BYTES, "max_form_parts": PARTS, **options}
    app.config.update({f"BASELINE_INGRESS_{name.upper()}": value for name, value in limits.items()})
    Baseline(app)

    @app.post("/")
    def view() -> dict[str, int]:
        fields = [*request.form.values()]
        return {"fields": sum(map(len, fields)), "files": sum(len(f.read()) for f in request.files.values())}

    @app.post("/validated")
    @endpoint
    def validated(a: Form[str] = "") -> dict[str, int]:
        return {"fields": len(a), "files": 0}

    return app


def multipart(*parts: tuple[str, bytes]) -> bytes:
    """Return a form of the *parts*: each a name, with a star where it is a file, and its content."""
    lines: list[bytes] = []
    for name, content in parts:
        filename = f'; filename="{name}"' if name.endswith("*") else ""
        head = f'--b\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n\r\n'
        lines += [head.encode(), content, b"\r\n"]
    return b"".join([*lines, b"--b--\r\n"])


FORMS: dict[str, tuple[bytes, int]] = {
    "field": (multipart(("a", b"x" * BYTES)), 200),
    "long-field": (multipart(("a", b"x" * (BYTES + 1))), 413),
    "very-long-field": (multipart(("a", b"x" * 900_000)), 413),
    "long-field-of-wide-characters": (multipart(("a", "\u00e9".encode() * (BYTES // 2 + 1))), 413),
    "wide-characters": (multipart(("a", "\u00e9".encode() * (BYTES // 2))), 200),
    "several-fields": (multipart(("a", b"x" * BYTES), ("b", b"x" * BYTES)), 200),
    "file": (multipart(("f*", b"x" * 500_000)), 200),
    "file-and-field": (multipart(("f*", b"x" * 500_000), ("a", b"x" * BYTES)), 200),
    "file-and-long-field": (multipart(("f*", b"x" * 500_000), ("a", b"x" * (BYTES + 1))), 413),
    "parts": (multipart(*[("a", b"x")] * PARTS), 200),
    "many-parts": (multipart(*[("a", b"x")] * (PARTS + 1)), 413),
    "fields-and-a-file": (multipart(*[("a", b"x")] * PARTS, ("f*", b"x")), 413),
}


@framings
@pytest.mark.parametrize(("form", "status"), FORMS.values(), ids=FORMS)
def test_multipart(form: bytes, status: int, framing: Callable[..., dict[str, Any]]) -> None:
    """A field may be as long as the limit, a file as long as the body, and there may be so many of both."""
    kind = {"CONTENT_TYPE": "multipart/form-data; boundary=b"}
    answer = ask(app_of(), method="POST", **framing(form) | kind)
    assert answer.status == status


@framings
@pytest.mark.parametrize("path", ["/", "/validated"])
@pytest.mark.parametrize(
    ("form", "status"),
    [
        pytest.param(b"a=" + b"x" * (BYTES - 2), 200, id="form"),
        pytest.param(b"a=" + b"x" * (BYTES - 1), 413, id="long form"),
        pytest.param(b"a=1&b=2&c=3&d=4&e=5", 200, id="fields"),
        pytest.param(b"a=1&b=2&c=3&d=4&e=5&f=6", 413, id="many fields"),
        pytest.param(b"&" * BYTES, 413, id="separators"),
        pytest.param(b"", 200, id="empty"),
    ],
)
def test_urlencoded(path: str, form: bytes, status: int, framing: Callable[..., dict[str, Any]]) -> None:
    """An urlencoded form has the same limits as a whole, in a validated view too."""
    answer = ask(app_of(), path, "POST", **framing(form) | {"CONTENT_TYPE": URLENCODED})
    assert answer.status == status


def test_the_body_is_left() -> None:
    """A body that is no form is not read while there is none to parse."""
    app = Flask("shop")
    Baseline(app)
    app.add_url_rule(
        "/", "view", lambda: [len(request.form), request.get_data(as_text=True)], methods=["POST"]
    )
    assert ask(app, method="POST", **sent(b"hello"), CONTENT_TYPE="text/plain").json == [0, "hello"]


def test_limits_for_one_request() -> None:
    """A view may set the limits of the request at hand, on every version of Flask."""
    app = app_of()

    @app.before_request
    def more() -> None:
        request.max_form_memory_size = None
        request.max_form_parts = 10_000

    form = b"&".join([b"a=1"] * 10_000)
    assert ask(app, method="POST", **sent(form), CONTENT_TYPE=URLENCODED).status == 200
    assert ask(app, method="POST", **sent(form + b"&a=1"), CONTENT_TYPE=URLENCODED).status == 413


@pytest.mark.parametrize("kind", [URLENCODED, "multipart/form-data; boundary=b"])
def test_the_body_has_its_limit_too(kind: str) -> None:
    """A form is a body: beyond its limit it is 413, and where it breaks off it is 400."""
    app = app_of(max_body_bytes=10)
    form = b"a=" + b"x" * 100 if kind == URLENCODED else multipart(("a", b"x" * 100))
    for framing in (sent, chunked):
        assert ask(app, method="POST", **framing(form), CONTENT_TYPE=kind).status == 413
    assert ask(app, method="POST", **sent(form[:5], 10), CONTENT_TYPE=kind).status == 400
