"""Lists in pages."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime, timezone
from typing import Any, Literal

import pytest
from flask import Blueprint, Flask
from pydantic import BaseModel, Field
from werkzeug.test import TestResponse

from flask_baseline import Query, endpoint
from flask_baseline.pagination import CursorPage, CursorQuery, Page, PageQuery


class Item(BaseModel):
    id: int


class Row:
    """Like a row of an ORM."""

    def __init__(self, number: int) -> None:
        self.id = number


class Search(PageQuery):
    sort: Literal["id", "-id"] = "id"
    text: list[str] = Field(default=[])


Position = tuple[datetime, int]

app = Flask("shop")
items = Blueprint("items", __name__, url_prefix="/items")


@items.get("/<path:name>")
@endpoint
def numbered(name: str, q: Query[Search]) -> Page[Item]:
    """Return a page of 45 items."""
    return Page.of([Row(q.offset + n) for n in range(q.page_size)], total=45, query=q)


@items.get("/none")
@endpoint
def none(q: Query[PageQuery]) -> Page[Item]:
    """Return a page of nothing."""
    return Page.of([], total=0, query=q)


@items.get("/events")
@endpoint
def events(q: Query[CursorQuery[Position]]) -> CursorPage[Item]:
    """Return the page after a position, until 3."""
    number = 0 if q.after is None else q.after[1]
    after = (datetime(2026, 1, 1, tzinfo=timezone.utc), number + 1)
    return CursorPage.of([Row(number)], next=after if number < 3 else None)


class Wide(PageQuery):
    page_size: int = Field(default=500, ge=1, le=1_000)


@items.get("/wide")
@endpoint
async def wide(q: Query[Wide]) -> Page[Item]:
    """Return a page of a very long list."""
    return Page.of([], total=5_000_000, query=q)


class Feed(CursorQuery[int]):
    text: str = ""


@items.get("/feed")
@endpoint
def feed(q: Query[Feed]) -> CursorPage[Item]:
    """Return one item with a text."""
    return CursorPage.of([Row(len(q.text))], next=(q.after or 0) + 1)


app.register_blueprint(items)
client = app.test_client()


def links(response: TestResponse) -> dict[str, str]:
    """Return the URLs in the Link header by relation."""
    found = [part.strip().partition(">; rel=") for part in response.headers["Link"].split(",")]
    return {rel.strip('"'): url.lstrip("<") for url, _, rel in found}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", {"first": 1, "next": 2, "last": 3}, id="first page"),
        pytest.param("?page=2", {"first": 1, "prev": 1, "next": 3, "last": 3}, id="middle"),
        pytest.param("?page=3", {"first": 1, "prev": 2, "last": 3}, id="last page"),
        pytest.param("?page=9", {"first": 1, "prev": 3, "last": 3}, id="behind the last"),
        pytest.param("?page_size=100", {"first": 1, "last": 1}, id="only page"),
    ],
)
def test_links(query: str, expected: dict[str, int]) -> None:
    """A page links to its neighbours, as far as there are any."""
    response = client.get(f"/items/all{query}")
    found = {rel: int(url.partition("page=")[2].partition("&")[0]) for rel, url in _paged(links(response))}
    assert (response.status_code, found) == (200, expected)


def _paged(found: dict[str, str]) -> list[tuple[str, str]]:
    return [(rel, url.replace("page_size", "size")) for rel, url in found.items()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("?page_size=5", {"first", "next", "last"}, id="within the limit"),
        pytest.param("?page_size=4", {"first", "next"}, id="last beyond it"),
        pytest.param("?page_size=4&page=1000000", {"first", "prev"}, id="next beyond it"),
    ],
)
def test_links_lead_somewhere(query: str, expected: set[str]) -> None:
    """No link of a very long list leads to a page that is refused."""
    found = links(client.get(f"/items/wide{query}"))
    assert found.keys() == expected
    assert {client.get(url).status_code for url in found.values()} == {200}


def test_other_limits() -> None:
    """A subclass has its own size of a page."""
    response = client.get("/items/wide")
    assert response.json is not None
    assert response.json["page_size"] == 500
    assert client.get("/items/wide?page_size=1001").status_code == 422


def test_a_filter_beside_a_cursor() -> None:
    """A subclass of the query by cursor has its own parameters, and the links keep them."""
    response = client.get("/items/feed?text=abc&cursor=MQ")
    assert response.json == {"items": [{"id": 3}], "next_cursor": "Mg"}
    assert links(response) == {
        "first": "/items/feed?text=abc",
        "next": "/items/feed?text=abc&cursor=Mg",
    }


def test_a_path_with_two_slashes() -> None:
    """A link stays on its host, whatever the path begins with."""
    other = Flask("shop")
    other.url_map.merge_slashes = False

    @other.get("/<path:name>")
    @endpoint
    def view(name: str, q: Query[PageQuery]) -> Page[Item]:
        return Page.of([], total=0, query=q)

    response = other.test_client().get("/", environ_overrides={"PATH_INFO": "//evil.example/a"})
    assert {*links(response).values()} == {"/evil.example/a?page=1"}


def test_a_page() -> None:
    """A page has its items, as their model, and the count of all."""
    response = client.get("/items/all?page=2&page_size=2")
    assert response.json == {"items": [{"id": 2}, {"id": 3}], "page": 2, "page_size": 2, "total": 45}


def test_nothing() -> None:
    """A list without items has one page."""
    assert links(client.get("/items/none")) == {"first": "/items/none?page=1", "last": "/items/none?page=1"}


def test_other_parameters() -> None:
    """A link keeps the other parameters, percent-encoded, and the prefix that the app is mounted at."""
    response = client.get(
        "/items/a b%22%3E/%C3%A4?text=a%26b&text=%3Cx%3E%0D%0A&page=1&sort=-id",
        environ_overrides={"SCRIPT_NAME": "/shop"},
    )
    assert links(response)["next"] == (
        "/shop/items/a%20b%22%3E/%C3%A4?text=a%26b&text=%3Cx%3E%0D%0A&sort=-id&page=2"
    )


@pytest.mark.parametrize("query", ["page=0", "page=x", "page_size=0", "page_size=101", "page=1000001"])
def test_a_page_that_cannot_be(query: str) -> None:
    """A page or a size beyond the limits is refused."""
    assert client.get(f"/items/all?{query}").status_code == 422


def test_reading_on() -> None:
    """The link to the next page leads from page to page, to the end."""
    url, seen = "/items/events?page_size=1", []
    while url:
        response = client.get(url)
        assert response.json is not None
        seen += [item["id"] for item in response.json["items"]]
        found = links(response)
        assert found["first"] == "/items/events?page_size=1"
        url = found.get("next", "")
    assert seen == [0, 1, 2, 3]
    assert response.json["next_cursor"] is None


def cursor(position: bytes) -> str:
    """Return a cursor that a client made up."""
    return urlsafe_b64encode(position).decode().rstrip("=")


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param("!", "cursor", id="not base64"),
        pytest.param("\xe4", "cursor", id="not ASCII"),
        pytest.param("", "cursor", id="empty"),
        pytest.param(cursor(b"\xff"), "cursor", id="not UTF-8"),
        pytest.param(cursor(b"{"), "cursor", id="not JSON"),
        pytest.param(cursor(b"[" * 700), "cursor", id="deep"),
        pytest.param("A" * 1001, "cursor", id="long"),
        pytest.param(cursor(b'["2026-01-01", "x"]'), "int_parsing", id="another type"),
        pytest.param(cursor(b'{"$gt": 0}'), "tuple_type", id="an object"),
    ],
)
def test_a_cursor_that_was_not_given(value: str, code: str) -> None:
    """A cursor that a client made up is refused like any wrong value, whatever is in it."""
    response = client.get("/items/events", query_string={"cursor": value})
    assert response.status_code == 422
    assert response.json is not None
    assert {(error["pointer"], error["code"]) for error in response.json["errors"]} == {("/cursor", code)}


def test_two_cursors() -> None:
    """A cursor that comes twice is refused."""
    good = cursor(b'["2026-01-01T00:00:00Z", 1]')
    assert client.get(f"/items/events?cursor={good}").status_code == 200
    assert client.get(f"/items/events?cursor={good}&cursor={good}").status_code == 422


def test_the_schema() -> None:
    """A cursor is text to a client, whatever the position is to the service."""
    schema: dict[str, Any] = CursorQuery[Position].model_json_schema()
    assert schema["properties"]["cursor"]["type"] == "string"
