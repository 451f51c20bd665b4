"""An app that uses every place of a request and every kind of response."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Generic, Literal, TypeVar
from uuid import UUID

from flask import Blueprint, Flask
from flask.views import MethodView
from pydantic import BaseModel, ConfigDict, Field, computed_field

from flask_baseline import Baseline, Body, Cookie, File, Form, Header, Query, endpoint
from flask_baseline.problem_types import ProblemType
from flask_baseline.validation.media import Accepts, FileLimits

T = TypeVar("T")


class Colour(Enum):
    """A colour of goods."""

    RED = "red"
    BLUE = "blue"


class Item(BaseModel):
    """One line of an order."""

    sku: str = Field(min_length=1, description="The article.")
    qty: int = Field(gt=0)
    price: Decimal = Decimal(1)
    colour: Colour | None = None

    @computed_field
    def total(self) -> Decimal:
        """What the line costs."""
        return self.price * self.qty


class Card(BaseModel):
    """Payment by card."""

    kind: Literal["card"]
    number: str


class Cash(BaseModel):
    """Payment in cash."""

    kind: Literal["cash"]


class Node(BaseModel):
    """A category, with those in it."""

    name: str
    children: list[Node] = []


class OrderIn(BaseModel):
    """What a client orders."""

    model_config = ConfigDict(extra="forbid")

    items: list[Item] = Field(min_length=1)
    payment: Annotated[Card | Cash, Field(discriminator="kind")]


class OrderOut(BaseModel):
    """An order as it is kept."""

    id: UUID
    items: list[Item]
    payment: Annotated[Card | Cash, Field(discriminator="kind")]


class Page(BaseModel, Generic[T]):
    """A part of a list."""

    items: list[T]
    total: int


class Filters(BaseModel):
    """What to list."""

    colour: list[Colour] = Field(default=[], description="Any of these.")
    limit: int = Field(default=20, ge=1, le=100)
    before: date | None = None


class Address(BaseModel):
    """Where to send it."""

    street: str
    city: str


class OutOfStock(ProblemType, status=409, type="/problems/out-of-stock", title="Out of stock"):
    """The stock does not suffice."""

    sku: str
    available: int


orders = Blueprint("orders", __name__, url_prefix="/orders")

ORDER = {"items": [{"sku": "A1", "qty": 2}], "payment": {"kind": "cash"}}


@orders.post("/<int:shop_id>")
@endpoint(
    status=201,
    responses={409: OutOfStock},
    security=[{"key": []}],
    request_examples={"small": ORDER},
    response_examples={201: {"empty": OrderOut(id=UUID(int=1), items=[], payment=Cash(kind="cash"))}},
)
def create(
    shop_id: int,
    body: Body[OrderIn],
    is_dry: Query[bool] = False,
    x_request_source: Header[str | None] = None,
    session: Cookie[str | None] = None,
) -> OrderOut:
    """Create an order.

    Takes stock **at once**.
    """
    raise OutOfStock("Only 2 are left.", sku="A1", available=2)


@orders.get("")
@endpoint
def listing(filters: Query[Filters], x_tags: Header[list[str]] = []) -> Page[OrderOut]:  # noqa: B006
    """List the orders."""
    return Page(items=[], total=0)


@orders.get("/export")
@endpoint(deprecated=True, sunset=date(2030, 1, 2))
def export() -> Iterator[Item]:
    """Export all lines."""
    yield Item(sku="A1", qty=1)


@orders.put("/<uuid:order_id>/address")
@endpoint
def set_address(order_id: UUID, address: Form[Address]) -> None:
    """Change the address."""


@orders.post("/<uuid:id>/photos")
@endpoint(status=204)
def add_photos(
    id: UUID,
    address: Form[Address],
    photos: Annotated[list[File], FileLimits(max_size=2_000_000, types=["image/*"], max_count=3)],
    note: File | None = None,
) -> None:
    """Add photographs."""


class Categories(MethodView):
    """The tree of categories."""

    @endpoint
    def get(self) -> Node:
        """Show the tree."""
        return Node(name="all")

    @endpoint(responses={404: "There is no such category."})
    def patch(self, body: Body[Node]) -> Node:
        """Change the tree."""
        return body


@endpoint(document=False)
def hidden() -> None:
    """Do what nobody shall know of."""


@endpoint(media_type="text/csv")
def rows(body: Body[Annotated[bytes, Accepts("text/csv", "application/octet-stream")]]) -> str:
    """Copy rows."""
    return body.decode()


def plain() -> str:
    """Say what no document has."""
    return "plain"


def create_app(**config: object) -> Flask:
    """Return the app, in the profile of tests unless *config* has another."""
    app = Flask("shop")
    app.testing = True
    app.config["BASELINE_OPENAPI_SECURITY_SCHEMES"] = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"}
    }
    app.config.update(config)
    Baseline(app)
    v1 = Blueprint("v1", __name__, url_prefix="/v1")
    v1.register_blueprint(orders)
    app.register_blueprint(v1)
    app.add_url_rule("/v2/categories", view_func=Categories.as_view("categories"))
    app.add_url_rule("/hidden", view_func=hidden)
    app.add_url_rule("/plain", view_func=plain)
    app.post("/v2/rows")(rows)
    return app
