"""An API in two versions: validated and documented, with pages, ETags and requests safe to repeat."""

from __future__ import annotations

from datetime import date
from functools import wraps
from itertools import count
from typing import Annotated, Any

from flask import Blueprint, Flask, request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from flask_baseline import Baseline, Body, Problem, Query, endpoint
from flask_baseline.pagination import Page, PageQuery
from flask_baseline.problem_types import ProblemType
from flask_baseline.validation.conditional import check_precondition

TOKEN = "open-sesame"  # noqa: S105, an example has no secrets
BEARER = [{"bearer": []}]


def whole(value: object) -> object:
    """Take 1.0 for 1, as JSON Schema does."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class BookIn(BaseModel):
    # As exact as the document: otherwise "1" would be taken for 1.
    model_config = ConfigDict(strict=True, extra="forbid")

    title: str = Field(min_length=1, max_length=200, examples=["Dune"])
    copies: Annotated[int, BeforeValidator(whole)] = Field(default=1, ge=0, le=1_000)


class Book(BookIn):
    id: int
    version: int = 1


class Search(PageQuery):
    text: str = Field(default="", max_length=50, description="What the title has in it.")


class SoldOut(ProblemType, status=409, type="/problems/sold-out", title="Sold out"):
    """There is no copy left."""

    book: int


def with_token(view: Any) -> Any:
    """Let only those in who know the token."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise Problem(401, "Send the token.", headers={"WWW-Authenticate": "Bearer"})
        return view(*args, **kwargs)

    return guarded


def create_app(**config: object) -> Flask:
    app = Flask(__name__)
    app.config.update(
        BASELINE_OPENAPI_ENABLED=True,
        BASELINE_OPENAPI_UI_ENABLED=True,
        BASELINE_OPENAPI_DOCUMENTS={"v2": "/v2", "v1": "/v1"},
        BASELINE_OPENAPI_SECURITY_SCHEMES={"bearer": {"type": "http", "scheme": "bearer"}},
    )
    app.config.update(config)
    books: dict[int, Book] = {}
    numbers = count(1)
    v1 = Blueprint("v1", __name__, url_prefix="/v1")
    v2 = Blueprint("v2", __name__, url_prefix="/v2")

    def find(number: int) -> Book:
        if number not in books:
            raise Problem(404, "There is no such book.")
        return books[number]

    @v1.get("/books")
    @endpoint(deprecated=date(2026, 6, 1), sunset=date(2027, 6, 1), successor="/v2/books")
    def titles() -> list[str]:
        """List the titles."""
        return [book.title for book in books.values()]

    @v2.get("/books")
    @endpoint
    def listing(q: Query[Search]) -> Page[Book]:
        """Find books."""
        found = [book for book in books.values() if q.text in book.title]
        return Page.of(found[q.offset :][: q.page_size], total=len(found), query=q)

    @v2.post("/books")
    @with_token
    @endpoint(status=201, idempotent=True, security=BEARER, responses={401: "The token is missing."})
    def add(body: Body[BookIn]) -> Book:
        """Add a book."""
        number = next(numbers)
        books[number] = Book(id=number, **body.model_dump())
        return books[number]

    @v2.get("/books/<int:number>")
    @endpoint(etag=lambda book: str(book.version))
    def show(number: int) -> Book:
        """Show a book."""
        return find(number)

    @v2.put("/books/<int:number>")
    @with_token
    @endpoint(etag=lambda book: str(book.version), security=BEARER, responses={401: "The token is missing."})
    def change(number: int, body: Body[BookIn]) -> Book:
        """Change a book that nobody else has changed."""
        book = find(number)
        check_precondition(book)
        books[number] = Book(id=number, version=book.version + 1, **body.model_dump())
        return books[number]

    @v2.post("/books/<int:number>/loans")
    @with_token
    @endpoint(security=BEARER, responses={401: "The token is missing.", 409: SoldOut})
    def lend(number: int) -> Book:
        """Lend a copy."""
        book = find(number)
        if book.copies == 0:
            raise SoldOut("Every copy is lent.", book=number)
        books[number] = book.model_copy(update={"copies": book.copies - 1, "version": book.version + 1})
        return books[number]

    app.register_blueprint(v1)
    app.register_blueprint(v2)
    Baseline(app)
    return app
