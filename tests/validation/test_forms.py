"""Forms, urlencoded and with files."""

from __future__ import annotations

from io import BytesIO
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from flask_baseline import File, Form, endpoint
from flask_baseline.validation.media import FileLimits

from .serving import refusal, serve

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


class Contact(BaseModel):
    name: str = Field(min_length=1)
    topics: list[str] = []


@endpoint
def contact(form: Form[Contact], source: Form[str] = "page") -> list[Any]:
    return [form.name, form.topics, source]


@pytest.mark.parametrize("content_type", [URLENCODED, "multipart/form-data"])
def test_fields(content_type: str) -> None:
    """A form is read into a model and single fields, as it comes: urlencoded or in parts."""
    response = serve(contact, method="POST").post(
        "/", data={"name": "Ada", "topics": ["a", "b"], "source": "app"}, content_type=content_type
    )
    assert response.json == ["Ada", ["a", "b"], "app"]


def part(
    name: str, value: bytes = b"x", filename: str | None = None, content_type: str | None = None
) -> bytes:
    """Return one part of a multipart body with the boundary ``b``."""
    file = "" if filename is None else f'; filename="{filename}"'
    kind = "" if content_type is None else f"Content-Type: {content_type}\r\n"
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n{kind}\r\n'
    return head.encode() + value + b"\r\n"


END = b"--b--\r\n"

WRONG = [
    ("missing field", b"", URLENCODED, 422),
    ("field twice", b"name=a&name=b", URLENCODED, 422),
    ("invalid field", b"name=", URLENCODED, 422),
    ("JSON", b'{"name": "Ada"}', "application/json", 415),
    ("no content type", b"name=Ada", "", 415),
    ("no boundary", part("name") + END, "multipart/form-data", 400),
    ("empty multipart", b"", MULTIPART, 422),
    ("truncated in a head", part("name")[:30], MULTIPART, 400),
    ("truncated in a value", part("name")[:-2], MULTIPART, 400),
    ("without an end", part("name"), MULTIPART, 400),
    ("another boundary", b"--c\r\n", MULTIPART, 400),
    ("part without a name", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n" + END, MULTIPART, 422),
    ("part without a disposition", b"--b\r\nA: b\r\n\r\nx\r\n" + END, MULTIPART, 400),
    ("part that is no header", b"--b\r\n\xff\xfe\r\n\r\nx\r\n" + END, MULTIPART, 400),
]


@pytest.mark.parametrize(
    ("data", "content_type", "status"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_wrong_form(data: bytes, content_type: str, status: int) -> None:
    """A wrong form is refused as a problem, and a truncated one is never taken for a short one."""
    response = serve(contact, method="POST").post("/", data=data, content_type=content_type)
    assert refusal(response)[0] == status


def test_a_form_that_is_too_large() -> None:
    """A form above Flask's limits is refused with 413."""
    body = part("name", b"x" * 500) + END
    client = serve(contact, method="POST", MAX_CONTENT_LENGTH=100)
    assert refusal(client.post("/", data=body, content_type=MULTIPART))[0] == 413
    assert refusal(client.post("/", data=b"name=" + b"x" * 500, content_type=URLENCODED))[0] == 413


def test_a_form_without_required_fields() -> None:
    """A form of optional fields alone may come without a body."""

    @endpoint
    def view(note: Form[str] = "none") -> str:
        return note

    client = serve(view, method="POST")
    assert client.post("/").json == "none"
    assert client.post("/", data={"note": "x"}).json == "x"
    assert refusal(client.post("/", json={}))[0] == 415


Photo = Annotated[File, FileLimits(max_size=10, types=["image/*", "application/pdf"])]


@endpoint
def upload(
    photo: Photo,
    pages: Annotated[list[File], FileLimits(max_count=2, max_size=5)] = [],  # noqa: B006
    extra: File | None = None,
    title: Form[str] = "",
) -> list[Any]:
    return [photo.filename, photo.read().decode(), len(pages), extra is None, title]


def files(*names: str, content: bytes = b"x", content_type: str = "image/png") -> dict[str, Any]:
    """Return the data of a form with a file for each of *names*."""
    data: dict[str, Any] = {}
    for name in names:
        data.setdefault(name, []).append((BytesIO(content), f"{name}.png", content_type))
    return data


def test_files() -> None:
    """A file, several files and fields of a form come as arguments."""
    data = files("photo", "pages", "pages", "extra") | {"title": "t"}
    assert serve(upload, method="POST").post("/", data=data).json == ["photo.png", "x", 2, False, "t"]
    assert serve(upload, method="POST").post("/", data=files("photo")).json == ["photo.png", "x", 0, True, ""]


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        pytest.param(files("extra"), [("/photo", "missing")], id="missing"),
        pytest.param({"photo": "text"}, [("/photo", "file_expected")], id="a field in place of a file"),
        pytest.param(
            files("photo") | {"extra": "text"}, [("/extra", "file_expected")], id="a field for no file"
        ),
        pytest.param(files("photo", content=b"x" * 11), [("/photo", "file_too_large")], id="size"),
        pytest.param(files("photo", content_type="text/html"), [("/photo", "file_type")], id="type"),
        pytest.param(files("photo", "photo"), [("/photo", "too_many_files")], id="two for one"),
        pytest.param(files("photo", *["pages"] * 3), [("/pages", "too_many_files")], id="count"),
        pytest.param(
            files("photo", "pages", content=b"x" * 6), [("/pages/0", "file_too_large")], id="size in a list"
        ),
    ],
)
def test_wrong_files(data: dict[str, Any], errors: list[tuple[str, str]]) -> None:
    """A file beyond its limits is refused with 422, the other errors of the form beside it."""
    data = {"x": "y", **data}
    response = serve(upload, method="POST").post("/", data=data, content_type="multipart/form-data")
    assert refusal(response) == (422, [("form", *error) for error in errors])


def test_a_browsers_empty_file_field() -> None:
    """A file field that is left empty, which browsers send without a name, counts as missing."""
    body = part("photo", b"", "", "application/octet-stream") + END
    response = serve(upload, method="POST").post("/", data=body, content_type=MULTIPART)
    assert refusal(response) == (422, [("form", "/photo", "missing")])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FileLimits(max_size=0), "max_size of at least 1"),
        (lambda: FileLimits(max_count=-1), "max_count of at least 1"),
        (lambda: FileLimits(types="image/png"), "a list of types"),
        (lambda: FileLimits(types=["png"]), "types like 'text/csv'"),
        (lambda: FileLimits(types=["image/png; q=1"]), "without parameters"),
    ],
    ids=["size", "count", "no list", "no slash", "parameter"],
)
def test_wrong_limits(make: Any, message: str) -> None:
    """Limits that cannot be are refused where they are written."""
    with pytest.raises(ValueError, match=message):
        make()
