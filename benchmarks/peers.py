"""The same service validated by others, each as its own documentation shows it.

They are not installed with the tests: ``pip install --group peers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .models import Order, OrderIn, Search, User, UserPath
from .variants import variant

if TYPE_CHECKING:
    from .asgi import AsgiService

# Their decorators read the hints of the views, where these names must be found.
_ = (Order, OrderIn, Search, User, UserPath)


@variant(is_peer=True)
def spectree() -> Any:
    """SpecTree."""
    from flask import Flask
    from spectree import Response, SpecTree

    app = Flask("service")
    spec = SpecTree("flask", annotations=True)

    @app.post("/orders")
    @spec.validate(resp=Response(HTTP_200=Order))
    def create_order(json: OrderIn) -> Any:
        return Order(id=17, **vars(json))

    @app.get("/users/<int:id>")
    @spec.validate(resp=Response(HTTP_200=User))
    def show_user(id: int) -> Any:
        return User(id=id, name="Grace Hopper")

    @app.get("/products")
    @spec.validate(resp=Response(HTTP_200=Search))
    def find_products(query: Search) -> Any:
        return query

    spec.register(app)
    return app


@variant(is_peer=True)
def flask_talisman_and_flask_cors() -> Any:
    """flask-talisman and flask-cors, with the same origin; hosts and schemes are not looked at."""
    from flask_cors import CORS
    from flask_talisman import Talisman

    from .scenario import service

    app = service()
    Talisman(app, force_https=False)
    CORS(app, origins=["https://shop.example.com"])
    return app


@variant(is_peer=True)
def flask_openapi3() -> Any:
    """flask-openapi3, which checks no response."""
    from flask import jsonify
    from flask_openapi3 import OpenAPI

    app = OpenAPI("service")

    @app.post("/orders")
    def create_order(body: OrderIn) -> Any:
        return jsonify(Order(id=17, **vars(body)).model_dump(mode="json"))

    @app.get("/users/<int:id>")
    def show_user(path: UserPath) -> Any:
        return jsonify(User(id=path.id, name="Grace Hopper").model_dump())

    @app.get("/products")
    def find_products(query: Search) -> Any:
        return jsonify(query.model_dump())

    return app


@variant(is_peer=True)
def apiflask() -> Any:
    """APIFlask with marshmallow."""
    from apiflask import APIFlask

    from .schemas import OrderInSchema, OrderSchema, SearchSchema, UserSchema

    app = APIFlask("service")

    @app.post("/orders")
    @app.input(OrderInSchema)
    @app.output(OrderSchema)
    def create_order(json_data: Any) -> Any:
        return {"id": 17, **json_data}

    @app.get("/users/<int:id>")
    @app.output(UserSchema)
    def show_user(id: int) -> Any:
        return {"id": id, "name": "Grace Hopper"}

    @app.get("/products")
    @app.input(SearchSchema, location="query")
    @app.output(SearchSchema)
    def find_products(query_data: Any) -> Any:
        return query_data

    return app


@variant(is_peer=True)
def flask_smorest() -> Any:
    """flask-smorest, with marshmallow."""
    from flask import Flask
    from flask_smorest import Api, Blueprint

    from .schemas import OrderInSchema, OrderSchema, SearchSchema, UserSchema

    app = Flask("service")
    app.config.update(API_TITLE="service", API_VERSION="1", OPENAPI_VERSION="3.0.3")
    blueprint = Blueprint("service", __name__)

    @blueprint.route("/orders", methods=["POST"])
    @blueprint.arguments(OrderInSchema)
    @blueprint.response(200, OrderSchema)
    def create_order(order: Any) -> Any:
        return {"id": 17, **order}

    @blueprint.route("/users/<int:id>")
    @blueprint.response(200, UserSchema)
    def show_user(id: int) -> Any:
        return {"id": id, "name": "Grace Hopper"}

    @blueprint.route("/products")
    @blueprint.arguments(SearchSchema, location="query")
    @blueprint.response(200, SearchSchema)
    def find_products(query: Any) -> Any:
        return query

    Api(app).register_blueprint(blueprint)
    return app


@variant(is_peer=True)
def fastapi() -> AsgiService:
    """FastAPI with `async def`, which has no Flask below it."""
    from typing import Annotated

    from fastapi import FastAPI, Query

    from .asgi import AsgiService

    app = FastAPI()

    @app.post("/orders")
    async def create_order(body: OrderIn) -> Order:
        return Order(id=17, **vars(body))

    @app.get("/users/{id}")
    async def show_user(id: int) -> User:
        return User(id=id, name="Grace Hopper")

    async def find_products(query: Any) -> Search:
        return query

    find_products.__annotations__["query"] = Annotated[Search, Query()]
    app.get("/products")(find_products)
    return AsgiService(app)
