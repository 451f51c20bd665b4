"""What is read from the query, the headers, the cookies and the path."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from flask_baseline import Cookie, Header, Query, endpoint

from .serving import refusal, serve


class Search(BaseModel):
    text: str = Field(alias="q")
    colours: list[str] = []
    limit: int = Field(default=10, le=100)


@dataclass
class Range:
    low: int
    high: int = 9


class Sorting(TypedDict):
    by: Literal["name", "price"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    page: int = 1


@pytest.mark.parametrize(
    ("query", "values"),
    [
        pytest.param("q=mug", ["mug", [], 10], id="defaults"),
        pytest.param("q=mug&colours=red&colours=blue", ["mug", ["red", "blue"], 10], id="list"),
        pytest.param("q=mug&colours=red", ["mug", ["red"], 10], id="list of one"),
        pytest.param("q=&limit=5", ["", [], 5], id="empty value"),
        pytest.param("q=%C3%A4%20%26&other=1", ["ä &", [], 10], id="percent-encoded, unknown ignored"),
    ],
)
def test_a_model_takes_the_query(query: str, values: list[Any]) -> None:
    """A model has the whole query: by alias, lists, defaults."""

    @endpoint
    def view(search: Query[Search]) -> list[Any]:
        return [search.text, search.colours, search.limit]

    assert serve(view).get(f"/?{query}").json == values


def test_other_types_with_fields_take_the_query() -> None:
    """A dataclass and a typed dictionary take a query like a model, and several can stand side by side."""

    @endpoint
    def view(limits: Query[Range], sorting: Query[Sorting]) -> list[Any]:
        return [limits.low, limits.high, sorting]

    assert serve(view).get("/?low=3&by=price").json == [3, 9, {"by": "price"}]


def test_single_parameters() -> None:
    """A type without fields is one parameter with the argument's name; its default is the function's."""

    @endpoint
    def view(
        day: Query[date],
        tags: Query[list[str]],
        size: Query[Literal["s", "m"]] = "m",
        renamed: Annotated[Query[int | None], Field(alias="re-named", gt=1)] = None,
    ) -> list[Any]:
        return [day, tags, size, renamed]

    client = serve(view)
    assert client.get("/?day=2026-01-02&tags=a").json == ["2026-01-02", ["a"], "m", None]
    assert client.get("/?day=2026-01-02&tags=a&tags=b&size=s&re-named=2").json == [
        "2026-01-02",
        ["a", "b"],
        "s",
        2,
    ]


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        pytest.param("", [("query", "/q", "missing")], id="missing"),
        pytest.param("q=a&limit=x", [("query", "/limit", "int_parsing")], id="type"),
        pytest.param("q=a&limit=101", [("query", "/limit", "less_than_equal")], id="range"),
        pytest.param("q=a&q=b", [("query", "/q", "string_type")], id="twice"),
        pytest.param(
            "limit=x&colours=a",
            [("query", "/q", "missing"), ("query", "/limit", "int_parsing")],
            id="all at once",
        ),
    ],
)
def test_a_wrong_query(query: str, errors: list[tuple[str, str, str]]) -> None:
    """A query that does not fit is refused with 422 and every error."""

    @endpoint
    def view(search: Query[Search]) -> str:
        return search.text

    assert refusal(serve(view).get(f"/?{query}")) == (422, errors)


def test_an_unknown_parameter_of_a_strict_model() -> None:
    """A model that forbids more refuses an unknown parameter, without repeating its name."""

    @endpoint
    def view(query: Query[Strict]) -> int:
        return query.page

    response = serve(view).get("/?page=2&planted=1")
    assert refusal(response) == (422, [("query", "/*", "extra_forbidden")])
    assert "planted" not in response.text


def test_headers() -> None:
    """A header is found whatever its case; an underscore is a hyphen, an alias is taken as it is."""

    class Trace(BaseModel):
        x_parent: str
        flags: Annotated[list[str], Field(alias="X-Flags")] = []

    @endpoint
    def view(
        trace: Header[Trace],
        x_request_id: Header[str],
        depth: Annotated[Header[int], Field(alias="X_Depth")] = 7,
    ) -> list[Any]:
        return [trace.x_parent, trace.flags, x_request_id, depth]

    client = serve(view)
    headers = {"x-PARENT": "p", "X-Flags": "a, b ,c", "X-Request-Id": "r"}
    assert client.get("/", headers=headers).json == ["p", ["a", "b", "c"], "r", 7]
    assert refusal(client.get("/", headers={"X-Flags": "a"})) == (
        422,
        [("header", "/x-parent", "missing"), ("header", "/x-request-id", "missing")],
    )


def test_cookies() -> None:
    """Cookies are read by name, those of others are left alone."""

    @endpoint
    def view(session: Cookie[UUID], theme: Cookie[str] = "light") -> list[Any]:
        return [session, theme]

    client = serve(view)
    session = "6f0b8c1e-93a8-4e3c-8e53-6c1f3a4b5d6e"
    assert client.get("/", headers={"Cookie": f"session={session}; other=1"}).json == [session, "light"]
    assert refusal(client.get("/", headers={"Cookie": "session=1; theme=x"})) == (
        422,
        [("cookie", "/session", "uuid_parsing")],
    )


def test_path_variables() -> None:
    """A variable of the path is checked by its hint; one without a hint is passed on as it is."""

    @endpoint
    def view(shop: Annotated[int, Field(gt=0)], kind: Literal["a", "b"], rest) -> list[Any]:  # type: ignore[no-untyped-def]
        return [shop, kind, rest]

    client = serve(view, "/<int:shop>/<kind>/<path:rest>")
    assert client.get("/3/a/x/y").json == [3, "a", "x/y"]
    assert refusal(client.get("/0/c/x")) == (
        422,
        [("path", "/shop", "greater_than"), ("path", "/kind", "literal_error")],
    )


def test_every_place_is_reported_at_once() -> None:
    """One answer names what is wrong in the body, the query, the headers, the cookies and the path."""
    from flask_baseline import Body

    @endpoint
    def view(shop: int, body: Body[Strict], q: Query[int], h: Header[int], c: Cookie[int]) -> None:
        pass

    response = serve(view, "/<shop>", "POST").post(
        "/x?q=x", json={"page": "x"}, headers={"h": "x", "Cookie": "c=x"}
    )
    status, errors = refusal(response)
    assert status == 422
    assert {place for place, *_ in errors} == {"body", "path", "query", "header", "cookie"}


def test_arguments_of_other_decorators() -> None:
    """An argument without a marker that is no variable of the path is left to who passes it."""

    class User:
        name = "Ada"

    def with_user(view: Any) -> Any:
        from functools import wraps

        @wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return view(*args, user=User(), **kwargs)

        return wrapper

    @with_user
    @endpoint
    def view(user: User, q: Query[int] = 1) -> list[Any]:
        return [user.name, q]

    assert serve(view).get("/?q=2").json == ["Ada", 2]
