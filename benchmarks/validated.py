"""The service with its requests and responses validated by `endpoint`."""

from __future__ import annotations

from flask import Flask

from flask_baseline import Body, Query, endpoint

from .models import Order, OrderIn, Search, User


def validated_service() -> Flask:
    """Return the service of `scenario.service`, validated in and out."""
    app = Flask("service")

    @app.post("/orders")
    @endpoint
    def create_order(body: Body[OrderIn]) -> Order:
        return Order(id=17, **vars(body))

    @app.get("/users/<int:id>")
    @endpoint
    def show_user(id: int) -> User:
        return User(id=id, name="Grace Hopper")

    @app.get("/products")
    @endpoint
    def find_products(q: Query[Search]) -> Search:
        return q

    return app
