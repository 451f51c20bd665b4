"""An app with every place of a request and every kind of response, to be attacked by generated requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Blueprint, Flask, Response
from flask.views import MethodView
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from typing_extensions import TypedDict

from flask_baseline import Baseline, Body, Cookie, File, Form, Header, Problem, Query, endpoint
from flask_baseline.pagination import CursorPage, CursorQuery, Page, PageQuery
from flask_baseline.validation.media import Accepts, FileLimits


class Strict(BaseModel):
    """As exact as its schema: pydantic would read the text "1" as a number."""

    model_config = ConfigDict(strict=True, extra="forbid")


def _whole(value: object) -> object:
    # 3.0 is an integer in JSON Schema, and none to pydantic when it is strict.
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]


class Cat(Strict):
    kind: Literal["cat"]
    lives: Whole = Field(ge=0, le=9)


class Dog(Strict):
    kind: Literal["dog"]
    name: str = Field(min_length=1, max_length=20)


class Pets(Strict):
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]] = Field(max_length=5)
    tags: dict[str, Whole] = {}
    note: str | None = Field(default=None, max_length=50)


class Filters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    colour: list[Literal["red", "blue"]] = Field(default=[], max_length=3)
    text: str = Field(default="", max_length=10, alias="q")


class Contact(BaseModel):
    name: str = Field(min_length=1, max_length=20)
    topic: Literal["order", "other"] = "other"


@dataclass
class Point:
    x: int
    y: float = 0.5


class Movie(TypedDict):
    title: str
    year: int


api = Blueprint("api", __name__, url_prefix="/api")


@api.post("/pets/<uuid:owner>/<kind>")
@endpoint(status=201)
def pets(
    owner: UUID,
    kind: Literal["cat", "dog"],
    body: Body[Pets],
    filters: Query[Filters],
    x_depth: Header[Literal["1", "2"]] = "1",
    theme: Cookie[Literal["dark", "light"]] = "light",
) -> Pets:
    """Take something from every place."""
    return body


@api.post("/contacts")
@endpoint
def contact(form: Form[Contact]) -> Contact:
    """Take a form."""
    return form


@api.post("/photos")
@endpoint
def photos(
    photo: Annotated[File, FileLimits(max_size=100_000)],
    more: list[File] | None = None,
    title: Form[str] = "",
) -> dict[str, int]:
    """Take files and a field."""
    return {"bytes": len(photo.read()), "more": len(more or []), "title": len(title)}


@api.post("/rows")
@endpoint(media_type="text/plain")
def rows(body: Body[Annotated[bytes, Accepts("text/csv", "application/octet-stream")]]) -> str:
    """Take bytes, answer text."""
    return str(len(body))


@api.get("/values/<name>")
@endpoint
def values(name: Literal["point", "movie", "list"]) -> Point | Movie | list[date]:
    """Answer one of many types."""
    found: dict[str, Any] = {
        "point": Point(1),
        "movie": {"title": "M", "year": 1931},
        "list": [date(2026, 1, 2)],
    }
    return found[name]  # type: ignore[no-any-return]


# Schemathesis 4.32 reads ``prefixItems`` as what it was before 2020-12, and finds that wrong.
@api.get("/pair")
@endpoint(document=False)
def pair() -> tuple[int, str]:
    """Answer a tuple."""
    return 1, "a"


@api.get("/lines")
@endpoint
def lines(count: Query[Literal["0", "1", "3"]] = "3") -> Iterator[Movie]:
    """Answer line by line."""
    for number in range(int(count)):
        yield Movie(title="M", year=1931 + number)


@api.get("/jobs")
@endpoint(responses={202: Movie, 204: None, 409: "Busy."})
def jobs(answer: Query[Literal["200", "202", "204", "409", "raw"]] = "200") -> Point | Response:
    """Answer with one of several statuses."""
    if answer == "409":
        raise Problem(409)
    if answer == "raw":
        return Response('{"x": 1, "y": 2.0}', mimetype="application/json")
    bodies: dict[str, Any] = {"200": Point(1), "202": {"title": "M", "year": 1931}, "204": None}
    return bodies[answer], int(answer)  # type: ignore[return-value]


@api.get("/pages")
@endpoint
def pages(q: Query[PageQuery]) -> Page[Movie]:
    """Answer a page."""
    return Page.of([Movie(title="M", year=1931)], total=1, query=q)


@api.get("/feed")
@endpoint
def feed(page_size: Query[Literal["1", "2"]] = "1") -> CursorPage[Movie]:
    """Answer from a position."""
    return CursorPage.of([], next=[int(page_size), "a"])


@api.get("/feed/next")
@endpoint(document=False)
def feed_next(q: Query[CursorQuery[tuple[int, str]]]) -> None:
    """Read on."""


class Settings(MethodView):
    """A class of views, one of them asynchronous."""

    @endpoint(etag=True)
    def get(self) -> Movie:
        """Answer what clients keep."""
        return {"title": "M", "year": 1931}

    @endpoint(deprecated=date(2026, 1, 1), sunset=date(2030, 1, 1), successor="/api/settings/2")
    async def post(self, body: Body[Cat | Dog]) -> Cat | Dog:
        """Take either."""
        return body


api.add_url_rule("/settings", view_func=Settings.as_view("settings"))


def create_app() -> Flask:
    """Return the app, with its document and its pages."""
    app = Flask(__name__)
    app.config.update(BASELINE_OPENAPI_ENABLED=True, BASELINE_OPENAPI_UI_ENABLED=True)
    app.register_blueprint(api)
    Baseline(app)
    return app
