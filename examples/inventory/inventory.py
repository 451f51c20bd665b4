"""What is in store: an API with a database, its migrations and its tests."""

from typing import Annotated

import structlog
from flask import Flask
from pydantic import BaseModel, Field
from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from flask_baseline import Baseline, Body, Problem, endpoint
from flask_baseline.database import db
from flask_baseline.database.models import Base, IntegerId, Timestamps, Versioned

log = structlog.get_logger()


class Supplier(IntegerId, Base):
    __tablename__ = "supplier"

    name: Mapped[str] = mapped_column(String(40), unique=True)


class Product(IntegerId, Timestamps, Versioned, Base):
    __tablename__ = "product"

    sku: Mapped[str] = mapped_column(String(12), unique=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"), index=True)
    supplier: Mapped[Supplier] = relationship()


class Movement(IntegerId, Timestamps, Base):
    __tablename__ = "movement"

    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    product: Mapped[Product] = relationship()
    amount: Mapped[int]
    note: Mapped[str | None] = mapped_column(String(200))


class NewProduct(BaseModel):
    sku: Annotated[str, Field(min_length=1, max_length=12)]
    supplier_id: int


class NewMovement(BaseModel):
    amount: int


class Stock(BaseModel):
    sku: str
    amount: int


def stock_of(product: Product) -> int:
    """Return how many of *product* are in store."""
    moved = select(func.coalesce(func.sum(Movement.amount), 0)).where(Movement.product_id == product.id)
    return int(db.session.scalar(moved))


def create_app() -> Flask:
    app = Flask(__name__)
    Baseline(app)

    @app.post("/products")
    @endpoint(status=201)
    @db.transactional
    def add_product(body: Body[NewProduct]) -> Stock:
        db.session.add(Product(**body.model_dump()))
        return Stock(sku=body.sku, amount=0)

    @app.get("/products/<sku>")
    @endpoint()
    def show_product(sku: str) -> Stock:
        return Stock(sku=sku, amount=stock_of(find(sku)))

    @app.post("/products/<sku>/movements")
    @endpoint(status=201)
    @db.transactional
    def move(sku: str, body: Body[NewMovement]) -> Stock:
        product = find(sku)
        db.session.add(Movement(product=product, amount=body.amount))
        left = stock_of(product)
        if left < 0:
            raise Problem(409, "There are not that many in store.")
        log.info("stock moved", sku=sku, amount=body.amount)
        return Stock(sku=sku, amount=left)

    return app


def find(sku: str) -> Product:
    """Return the product called *sku*, or answer 404."""
    product = db.session.scalar(select(Product).where(Product.sku == sku))
    if product is None:
        raise Problem(404, "There is no such product.")
    return product
