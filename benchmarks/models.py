"""What the service takes and answers, for all that validate with pydantic."""

from datetime import datetime

from pydantic import BaseModel


class Item(BaseModel):
    """An item of an order."""

    sku: str
    name: str
    quantity: int
    price: float


class OrderIn(BaseModel):
    """An order as it is placed."""

    order_number: str
    customer: str
    email: str
    currency: str
    total: float
    is_gift: bool
    note: str
    ordered_at: datetime
    ship_to: str
    items: list[Item]


class Order(OrderIn):
    """An order that is placed."""

    id: int


class User(BaseModel):
    """A user."""

    id: int
    name: str


class UserPath(BaseModel):
    """The path of a user."""

    id: int


class Search(BaseModel):
    """A query for products, and here its answer too."""

    text: str
    colour: list[str]
    limit: int
    max_price: float
    in_stock: bool
